//! The network of municipalities: where this municipality stands in it, its catalogue, what is new there.
use serde::{Deserialize, Serialize};

/// Founds a network at a relay; this laptop's municipality is its host.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct NetworkFoundArgs {
    /// The relay's address.
    pub url: String,
    /// The code that the relay's host handed out.
    pub code: Option<String>,
}

/// Joins a network.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct NetworkJoinArgs {
    /// The host's invitation.
    pub invite: String,
}

/// What a municipality may do in the network. Each may what the one before may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum NetworkRole {
    /// Reads everything, and says what it chooses to say of itself.
    Participant,
    /// Publishes the catalogue.
    Publisher,
    /// Invites, revokes, names publishers.
    Host,
}

/// Where this municipality stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct NetworkStatus {
    /// What it may do; none outside any network.
    pub role: Option<NetworkRole>,
    /// The network's relay; empty outside.
    pub relay: String,
    /// The municipality is in, and this laptop is not yet: it follows when it reaches the relay.
    pub follows: bool,
    /// Municipalities that are in.
    pub municipalities: u32,
    /// Changes of the catalogue that were not taken in.
    pub news: u32,
    /// Changes up to here are in it; of the network's own data.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
}

/// What became of an entity of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum CatalogueWhat {
    /// It is new.
    Added,
    /// It says something else.
    Changed,
    /// It is there no more.
    Removed,
}

/// A field that says something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct CatalogueField {
    /// Its name, for example `rollout`.
    pub field: String,
    /// What stands here now; empty for nothing.
    pub was: String,
    /// What the network says.
    pub becomes: String,
    /// The municipality's own word on top, which stays; empty for none.
    pub own: String,
}

/// An entity of the catalogue that differs from what was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct CatalogueChange {
    /// Its name in the catalogue, for example `use/BBR:SF1511`.
    pub entity: String,
    /// `project`, `interface`, `use`, `template`, `event`, `gallery`, `link` or `about`.
    pub kind: String,
    /// Its id as people write it.
    pub id: String,
    /// What it is called; its id when it has no name.
    pub name: String,
    /// What became of it.
    pub what: CatalogueWhat,
    /// Field by field.
    pub fields: Vec<CatalogueField>,
}

/// What the network's catalogue says that was not taken in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct CatalogueDiff {
    /// The network's catalogue, for example `2018-06`.
    pub version: String,
    /// The one that stands here.
    pub here: String,
    /// By kind, then id.
    pub changes: Vec<CatalogueChange>,
    /// Entities that are the same in both.
    pub unchanged: u32,
    /// It would take half or more of what stands here away: it is taken in only when that is said.
    pub held_back: bool,
}

/// Takes the network's catalogue in.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct CatalogueAcceptArgs {
    /// Entities that are not taken in this time.
    pub leave: Vec<String>,
    /// Also when it takes half or more away.
    pub shrink: bool,
}

/// What was taken in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct CatalogueAccepted {
    /// Its id among the imports, by which it is undone.
    pub stamp: String,
    /// New entities.
    pub added: u32,
    /// Entities that say something else.
    pub changed: u32,
    /// Entities that are there no more.
    pub removed: u32,
    /// Entities that were left.
    pub left: u32,
    /// Changes up to here are in it.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
}

/// A cell of the catalogue to publish.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct PublishCell {
    /// The entity's name in the catalogue, for example `project/BBR`.
    pub entity: String,
    /// The field.
    pub field: String,
    /// What it says; empty to say nothing.
    pub value: String,
}

/// Publishes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct PublishArgs {
    /// Cells, in one change.
    pub cells: Vec<PublishCell>,
    /// First the built-in catalogue, where the network's says nothing yet.
    pub built_in: bool,
}

/// What was published.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Published {
    /// Cells that were written.
    pub written: u32,
    /// Changes up to here are in it; of the network's own data.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
}
