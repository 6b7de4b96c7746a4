import type { AssignArgs } from './AssignArgs';
import type { AttentionArgs } from './AttentionArgs';
import type { BackupFile } from './BackupFile';
import type { BackupKey } from './BackupKey';
import type { BackupList } from './BackupList';
import type { BackupRestoreArgs } from './BackupRestoreArgs';
import type { BackupRestored } from './BackupRestored';
import type { BundleRead } from './BundleRead';
import type { BundleReadArgs } from './BundleReadArgs';
import type { BundleWriteArgs } from './BundleWriteArgs';
import type { BundleWritten } from './BundleWritten';
import type { CalendarArgs } from './CalendarArgs';
import type { CatalogueAcceptArgs } from './CatalogueAcceptArgs';
import type { CatalogueAccepted } from './CatalogueAccepted';
import type { CatalogueDiff } from './CatalogueDiff';
import type { CommentArgs } from './CommentArgs';
import type { ConflictRuleArgs } from './ConflictRuleArgs';
import type { ConflictView } from './ConflictView';
import type { ContactArgs } from './ContactArgs';
import type { Country } from './Country';
import type { CreatePersonArgs } from './CreatePersonArgs';
import type { CreateRoleArgs } from './CreateRoleArgs';
import type { CreateTaskArgs } from './CreateTaskArgs';
import type { Directory } from './Directory';
import type { DoctorArgs } from './DoctorArgs';
import type { DoctorReport } from './DoctorReport';
import type { Done } from './Done';
import type { EditArgs } from './EditArgs';
import type { EditDone } from './EditDone';
import type { EscalateArgs } from './EscalateArgs';
import type { EscalationRow } from './EscalationRow';
import type { EscalationsQuery } from './EscalationsQuery';
import type { EventList } from './EventList';
import type { ExperienceArgs } from './ExperienceArgs';
import type { ExperienceList } from './ExperienceList';
import type { ExperienceQuery } from './ExperienceQuery';
import type { ExportArgs } from './ExportArgs';
import type { Exported } from './Exported';
import type { Finding } from './Finding';
import type { FoundArgs } from './FoundArgs';
import type { GalleryView } from './GalleryView';
import type { GroupList } from './GroupList';
import type { HandOverArgs } from './HandOverArgs';
import type { HistoryEntry } from './HistoryEntry';
import type { HistoryQuery } from './HistoryQuery';
import type { Horizon } from './Horizon';
import type { HorizonQuery } from './HorizonQuery';
import type { ImportDone } from './ImportDone';
import type { ImportDraft } from './ImportDraft';
import type { ImportIdArgs } from './ImportIdArgs';
import type { ImportList } from './ImportList';
import type { ImportOpenArgs } from './ImportOpenArgs';
import type { ImportPreview } from './ImportPreview';
import type { ImportPreviewArgs } from './ImportPreviewArgs';
import type { ImportProgress } from './ImportProgress';
import type { ImportRunArgs } from './ImportRunArgs';
import type { InterfaceDetail } from './InterfaceDetail';
import type { InterfaceMatrix } from './InterfaceMatrix';
import type { InterfaceQuery } from './InterfaceQuery';
import type { InterfacesQuery } from './InterfacesQuery';
import type { Invitation } from './Invitation';
import type { InviteArgs } from './InviteArgs';
import type { JoinArgs } from './JoinArgs';
import type { JoinGroupArgs } from './JoinGroupArgs';
import type { Joined } from './Joined';
import type { KlikChoiceArgs } from './KlikChoiceArgs';
import type { Laptop } from './Laptop';
import type { MaterialList } from './MaterialList';
import type { MaterialQuery } from './MaterialQuery';
import type { MeArgs } from './MeArgs';
import type { MemberIdArgs } from './MemberIdArgs';
import type { MemberList } from './MemberList';
import type { MemberRoleArgs } from './MemberRoleArgs';
import type { Municipality } from './Municipality';
import type { NetworkFoundArgs } from './NetworkFoundArgs';
import type { NetworkJoinArgs } from './NetworkJoinArgs';
import type { NetworkStatus } from './NetworkStatus';
import type { NoArgs } from './NoArgs';
import type { OnQuery } from './OnQuery';
import type { Opening } from './Opening';
import type { Overview } from './Overview';
import type { OverviewQuery } from './OverviewQuery';
import type { PersonList } from './PersonList';
import type { PersonPage } from './PersonPage';
import type { PersonQuery } from './PersonQuery';
import type { Preference } from './Preference';
import type { PreferenceArgs } from './PreferenceArgs';
import type { PresentArgs } from './PresentArgs';
import type { PresentRow } from './PresentRow';
import type { ProjectList } from './ProjectList';
import type { PublishArgs } from './PublishArgs';
import type { Published } from './Published';
import type { RecoverArgs } from './RecoverArgs';
import type { RecoveryKeyMade } from './RecoveryKeyMade';
import type { RelayConnectArgs } from './RelayConnectArgs';
import type { RelayConnected } from './RelayConnected';
import type { RemarkArgs } from './RemarkArgs';
import type { RolesQuery } from './RolesQuery';
import type { RolesView } from './RolesView';
import type { RuleChoices } from './RuleChoices';
import type { SearchArgs } from './SearchArgs';
import type { SearchHits } from './SearchHits';
import type { ShareArgs } from './ShareArgs';
import type { SharePreview } from './SharePreview';
import type { Shared } from './Shared';
import type { SignUpArgs } from './SignUpArgs';
import type { SyncStatus } from './SyncStatus';
import type { TakeTemplatesArgs } from './TakeTemplatesArgs';
import type { TaskDetail } from './TaskDetail';
import type { TaskList } from './TaskList';
import type { TaskMail } from './TaskMail';
import type { TaskMailArgs } from './TaskMailArgs';
import type { TaskQuery } from './TaskQuery';
import type { TasksQuery } from './TasksQuery';
import type { TemplateList } from './TemplateList';
import type { ThankArgs } from './ThankArgs';
import type { Timeline } from './Timeline';
import type { TimelineQuery } from './TimelineQuery';
import type { TrendPoint } from './TrendPoint';
import type { TrendQuery } from './TrendQuery';
import type { UndoDone } from './UndoDone';
import type { WaitArgs } from './WaitArgs';
import type { Waited } from './Waited';

/** Every use case, by name. */
export interface Commands {
  /** What a screen asks first, in one answer. */
  opening: { args: NoArgs; result: Opening };
  /** Who, where, what is saved, what can be undone. */
  status: { args: NoArgs; result: Laptop };
  /** Waits until something changed, or some seconds. */
  wait: { args: WaitArgs; result: Waited };
  /** The 98 municipalities. */
  municipalities: { args: NoArgs; result: Array<Municipality> };
  /** First start. */
  found: { args: FoundArgs; result: Done };
  /** Changes who works here. */
  set_me: { args: MeArgs; result: Done };
  /** Reads or writes a setting of this laptop. */
  preference: { args: PreferenceArgs; result: Preference };
  /** What needs whom. */
  overview: { args: OverviewQuery; result: Overview };
  /** Every task. */
  tasks: { args: TasksQuery; result: TaskList };
  /** One task, whole. */
  task: { args: TaskQuery; result: TaskDetail };
  /** Writes cells; one step to undo. */
  edit: { args: EditArgs; result: EditDone };
  /** A new local task. */
  create_task: { args: CreateTaskArgs; result: EditDone };
  /** Adds a comment. */
  comment: { args: CommentArgs; result: Done };
  /** What was escalated. */
  escalations: { args: EscalationsQuery; result: Array<EscalationRow> };
  /** Escalates a task or a project. */
  escalate: { args: EscalateArgs; result: EditDone };
  /** A mail with the facts of a task in it. */
  task_mail: { args: TaskMailArgs; result: TaskMail };
  /** Settles a field where KLIK changed what was overridden here. */
  klik_choice: { args: KlikChoiceArgs; result: Done };
  /** The history of an entity or a field, newest first. */
  history: { args: HistoryQuery; result: Array<HistoryEntry> };
  /** Every cell with several values. */
  conflicts: { args: NoArgs; result: Array<ConflictView> };
  /** Everything that spans cells and wants a look. */
  findings: { args: NoArgs; result: Array<Finding> };
  /** All projects. */
  projects: { args: OnQuery; result: ProjectList };
  /** The gallery. */
  gallery: { args: OnQuery; result: GalleryView };
  /** A project's roles. */
  roles: { args: RolesQuery; result: RolesView };
  /** Adds a role of the municipality's own. */
  create_role: { args: CreateRoleArgs; result: EditDone };
  /** Gives a person a role. */
  assign: { args: AssignArgs; result: EditDone };
  /** Interfaces × projects. */
  interfaces: { args: InterfacesQuery; result: InterfaceMatrix };
  /** One interface, whole. */
  interface: { args: InterfaceQuery; result: InterfaceDetail };
  /** Adds an attention point. */
  add_attention: { args: AttentionArgs; result: EditDone };
  /** What is coming in the next months. */
  horizon: { args: HorizonQuery; result: Horizon };
  /** Projects over months, quarters or years. */
  timeline: { args: TimelineQuery; result: Timeline };
  /** Everybody. */
  people: { args: OnQuery; result: PersonList };
  /** One person, across projects. */
  person: { args: PersonQuery; result: PersonPage };
  /** Adds a person. */
  create_person: { args: CreatePersonArgs; result: EditDone };
  /** Moves work to a successor. */
  hand_over: { args: HandOverArgs; result: EditDone };
  /** Full-text search. */
  search: { args: SearchArgs; result: SearchHits };
  /** Opens a file for import. */
  import_open: { args: ImportOpenArgs; result: ImportDraft };
  /** What the import would do. */
  import_preview: { args: ImportPreviewArgs; result: ImportPreview };
  /** Runs the import. */
  import_run: { args: ImportRunArgs; result: ImportDone };
  /** How far the import is. */
  import_progress: { args: ImportIdArgs; result: ImportProgress };
  /** Cancels a running import; nothing of it stays. */
  import_cancel: { args: ImportIdArgs; result: Done };
  /** The imports that were made. */
  imports: { args: NoArgs; result: ImportList };
  /** Undoes an import as one. */
  import_undo: { args: ImportIdArgs; result: Done };
  /** Brings an undone import back. */
  import_redo: { args: ImportIdArgs; result: Done };
  /** Makes a file to hand out. */
  export: { args: ExportArgs; result: Exported };
  /** Takes the last step back. */
  undo: { args: NoArgs; result: UndoDone };
  /** Brings the last undone step back. */
  redo: { args: NoArgs; result: UndoDone };
  /** The sealed backups. */
  backups: { args: NoArgs; result: BackupList };
  /** Makes a sealed backup now. */
  backup_now: { args: NoArgs; result: BackupFile };
  /** Restores a backup. */
  backup_restore: { args: BackupRestoreArgs; result: BackupRestored };
  /** The key that opens this laptop's backups, to keep in a safe. */
  backup_key: { args: NoArgs; result: BackupKey };
  /** Examines the data. */
  doctor: { args: DoctorArgs; result: DoctorReport };
  /** Where this laptop stands with the others. */
  sync_status: { args: NoArgs; result: SyncStatus };
  /** Synchronises now, without waiting for the next try. */
  sync_now: { args: NoArgs; result: SyncStatus };
  /** Joins a relay, and founds the space there when this laptop is the first. */
  relay_connect: { args: RelayConnectArgs; result: RelayConnected };
  /** The members, the invitations and the access log. */
  members: { args: NoArgs; result: MemberList };
  /** Makes an invitation. */
  invite: { args: InviteArgs; result: Invitation };
  /** Takes an invitation back that nobody has used. */
  withdraw_invitation: { args: MemberIdArgs; result: Done };
  /** Joins a space by an invitation, or tells what that would do. */
  join: { args: JoinArgs; result: Joined };
  /** Changes a member's role. */
  set_member_role: { args: MemberRoleArgs; result: Done };
  /** Revokes a member with all devices, or one device. */
  revoke: { args: MemberIdArgs; result: Done };
  /** Makes a new recovery key; the older one is void. */
  renew_recovery_key: { args: NoArgs; result: RecoveryKeyMade };
  /** Enters a space with its recovery key, on an empty laptop. */
  recover: { args: RecoverArgs; result: Joined };
  /** Writes the sealed envelopes into one file. */
  bundle_write: { args: BundleWriteArgs; result: BundleWritten };
  /** Takes in a file of sealed envelopes. */
  bundle_read: { args: BundleReadArgs; result: BundleRead };
  /** Chooses in many conflicts at once by a rule. */
  conflict_rule: { args: ConflictRuleArgs; result: RuleChoices };
  /** Where this municipality stands in the network of municipalities. */
  network_status: { args: NoArgs; result: NetworkStatus };
  /** Founds a network at a relay. */
  network_found: { args: NetworkFoundArgs; result: RelayConnected };
  /** Joins a network, for the whole municipality. */
  network_join: { args: NetworkJoinArgs; result: NetworkStatus };
  /** What the network's catalogue says that was not taken in. */
  catalogue_diff: { args: NoArgs; result: CatalogueDiff };
  /** Takes the network's catalogue in. */
  catalogue_accept: { args: CatalogueAcceptArgs; result: CatalogueAccepted };
  /** Publishes in the network. */
  publish: { args: PublishArgs; result: Published };
  /** What would leave if projects were shared with the network. */
  share_preview: { args: ShareArgs; result: SharePreview };
  /** Shares projects' colours and counts with the network. */
  share_publish: { args: ShareArgs; result: Shared };
  /** Takes back what was shared. */
  share_withdraw: { args: ShareArgs; result: Shared };
  /** What every municipality shows of itself. */
  country: { args: NoArgs; result: Country };
  /** How a project went, month by month. */
  country_trend: { args: TrendQuery; result: Array<TrendPoint> };
  /** The events that the network's host publishes. */
  events: { args: NoArgs; result: EventList };
  /** Signs this municipality up for an event, or off. */
  sign_up: { args: SignUpArgs; result: Shared };
  /** Publishes the events of a calendar. */
  publish_calendar: { args: CalendarArgs; result: Published };
  /** The network's task templates, as they were taken in. */
  templates: { args: NoArgs; result: TemplateList };
  /** Makes templates of a project tasks. */
  take_templates: { args: TakeTemplatesArgs; result: EditDone };
  /** The material that the catalogue names, as it was taken in. */
  materials: { args: MaterialQuery; result: MaterialList };
  /** What municipalities have learned. */
  experiences: { args: ExperienceQuery; result: ExperienceList };
  /** Writes an experience, changes one's own, or takes it away. */
  write_experience: { args: ExperienceArgs; result: Shared };
  /** Thanks for another's experience. */
  thank: { args: ThankArgs; result: Shared };
  /** Asks about an experience, or answers. */
  remark: { args: RemarkArgs; result: Shared };
  /** The network's reference groups. */
  groups: { args: NoArgs; result: GroupList };
  /** Puts this municipality into a reference group, or takes it out. */
  join_group: { args: JoinGroupArgs; result: Shared };
  /** Who wants to be found in the network. */
  directory: { args: NoArgs; result: Directory };
  /** Puts this laptop's user into the directory, or takes them out. */
  set_contact: { args: ContactArgs; result: Shared };
  /** Says where this laptop's user is, and tells who else is connected. */
  present: { args: PresentArgs; result: Array<PresentRow> };
}
