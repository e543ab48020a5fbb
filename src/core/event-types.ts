import { glob } from './label-query.ts';

/**
 * Event types the PCE is known to send, by resource: the names of the vendor's pages for 23.5 and 25.2 and those seen on real PCEs
 * beside them (facts §2.2). `agent.reguest_policy` is the vendor's own misspelling.
 */
const TYPES: Readonly<Record<string, string>> = {
  access_restriction: 'create delete update',
  agent:
    'activate activate_clone clone_detected deactivate generate_maintenance_token goodbye ' +
    'machine_identifier refresh_policy refresh_token reguest_policy request_policy request_upgrade ' +
    'service_not_available suspend tampering unsuspend update update_interactive_users ' +
    'update_iptables_href update_running_containers upload_existing_ip_table_rules ' +
    'upload_support_report',
  agent_support_report_request: 'create delete',
  agents: 'clear_conditions unpair',
  api_key: 'create delete update',
  auth_security_principal: 'create delete update',
  authentication_settings: 'update',
  cluster: 'create delete update',
  container_cluster:
    'create delete kubernetes_workloads_bulk_update security_policy_acks security_policy_applied ' +
    'update update_label_map update_services',
  container_workload: 'update',
  container_workload_profile: 'create delete update',
  database: 'temp_table_autocleanup_completed temp_table_autocleanup_started',
  domain: 'create delete update',
  enforcement_boundary: 'create delete update',
  event_settings: 'update',
  firewall_settings: 'update',
  group: 'create update',
  ip_list: 'create delete update',
  ip_lists: 'delete',
  ip_tables_rule: 'create delete update',
  job: 'delete',
  label: 'create delete update',
  label_group: 'create delete update',
  labels: 'delete',
  ldap_config: 'create delete update verify_connection',
  license: 'delete update',
  login_proxy_ldap_config: 'create delete update verify_connection',
  login_proxy_msp_tenants: 'create delete update',
  login_proxy_orgs: 'create delete update',
  lost_agent: 'found',
  network: 'create delete update',
  network_device: 'ack_enforcement_instructions_applied assign_workload create delete update',
  network_devices: 'ack_multi_enforcement_instructions_applied',
  network_endpoint: 'create delete update',
  network_enforcement_node:
    'activate clear_conditions deactivate degraded missed_heartbeats missed_heartbeats_check ' +
    'network_devices_network_endpoints_workloads policy_ack request_policy update_status',
  network_enforcement_nodes: 'clear_conditions',
  nfc: 'activate delete update_discovered_virtual_servers update_policy_status update_slb_state',
  org: 'create recalc_rules update',
  pairing_profile: 'create create_pairing_key delete delete_all_pairing_keys update',
  pairing_profiles: 'delete',
  password_policy: 'create delete update',
  permission: 'create delete update',
  radius_config: 'create delete update verify_shared_secret',
  request:
    'authentication_failed authorization_failed internal_server_error service_unavailable ' +
    'unknown_server_error',
  resource: 'create delete update',
  rule_set: 'create delete update',
  rule_sets: 'delete',
  saml_acs: 'update',
  saml_config: 'create delete pce_signing_cert update',
  saml_sp_config: 'create delete update',
  sec_policy: 'create restore',
  sec_policy_pending: 'delete',
  sec_rule: 'create delete update',
  secure_connect_gateway: 'create delete update',
  security_principal: 'create delete update',
  security_principals: 'bulk_create',
  service: 'create delete update',
  service_account: 'create delete update',
  service_binding: 'create delete',
  service_bindings: 'delete',
  services: 'delete',
  settings: 'update',
  slb: 'create delete update',
  support_report: 'upload',
  support_report_request: 'create delete',
  syslog_destination: 'create delete update',
  system_task:
    'agent_missed_heartbeats_check agent_missing_heartbeats_after_upgrade agent_offline_check ' +
    'agent_self_signed_certs_check agent_settings_invalidation_error_state_check ' +
    'agent_uninstall_timeout clear_auth_recover_condition compute_policy_for_unmanaged_workloads ' +
    'delete_expired_service_account_api_keys delete_old_cached_perspectives endpoint_offline_check ' +
    'expire_service_account_api_keys inactive_ven_cleanup provision_container_cluster_services ' +
    'prune_old_log_events remove_stale_zone_subsets set_server_sync_check ' +
    'vacuum_deactivated_agent_and_deleted_workloads',
  traffic_collector_setting: 'create delete update',
  trusted_proxy_ips: 'update',
  user:
    'accept_invitation authenticate create create_session delete invite login ' +
    'login_session_terminated logout pce_session_terminated reset_password sign_in sign_out update ' +
    'update_password use_expired_password verify_mfa',
  user_local_profile: 'create delete reinvite update_password',
  users: 'auth_token',
  ven_settings: 'update',
  ven_software: 'upgrade',
  ven_software_release: 'create delete deploy update',
  ven_software_releases: 'set_default_version',
  virtual_server: 'create delete update',
  virtual_service: 'create delete update',
  virtual_services: 'bulk_create bulk_update',
  vulnerability: 'create delete update',
  vulnerability_report: 'delete update',
  workload: 'create delete online recalc_rules redetect_network undelete update upgrade',
  workload_interface: 'create delete update',
  workload_interfaces: 'update',
  workload_service_report: 'update',
  workload_settings: 'update',
  workloads:
    'apply_policy bulk_create bulk_delete bulk_update remove_labels set_flow_reporting_frequency ' +
    'set_labels unpair update',
};

/** Resources of newer releases of which only the resource is known: every verb counts as known. */
const RESOURCES = new Set([
  'deny_rule',
  'deny_rules',
  'database',
  'license',
  'tls_channel',
  'label_dimension',
  'label_mapping_rule',
  'support_report_request',
]);

/** VEN events the console hides: named with and without `agent.` before them (definitions §3 ven-problem). */
export const HIDDEN_VEN_EVENTS: readonly string[] = [
  'fw_tampering_subsystem_failure',
  'pce_incompat_version',
  'pce_incompat_api_version',
  'ipsec_*_failure',
  'proc_*_failure',
  'refresh_token_failure',
  'invoke_powershell_failure',
  'pce_unreachable',
].flatMap((name) => [name, `agent.${name}`]);

/** Names from before 18.2 that the PCE still documents beside today's. */
const LEGACY = ['authz_csrf_validation_failure', 'fw_tampering_revert_failure'];

/** Notification types by resource, as the vendor's pages for 23.5 and 25.2 print them (facts §2.2). */
const NOTICES: Readonly<Record<string, string>> = {
  agent:
    'clone_detected fw_state_table_threshold_exceeded missed_heartbeats missing_heartbeats_after_upgrade ' +
    'policy_deploy_failed policy_deploy_succeeded process_failed service_not_available upgrade_requested ' +
    'upgrade_successful upgrade_time_out',
  container_cluster: 'duplicate_machine_id region_mismatch',
  container_workload: 'invalid_pairing_config not_created',
  hard_limit: 'exceeded',
  network_enforcement_node: 'degraded missed_heartbeats',
  pce: 'application_started application_stopped',
  remote_syslog: 'reachable unreachable',
  request: 'invalid',
  soft_limit: 'exceeded',
  system_task: 'event_pruning_completed hard_limit_recovery_completed',
  tls_channel: 'establish terminate',
  user:
    'csrf_validation_failed login_failed login_failure_count_exceeded login_session_created ' +
    'login_session_terminated pce_session_created pce_session_terminated pw_change_failure pw_changed ' +
    'pw_complexity_not_met pw_reset_completed pw_reset_requested',
  virtual_service: 'not_created',
  workload:
    'duplicate_interface_reported nat_rules_present offline_after_ven_goodbye online oob_policy_changes ' +
    'partial_policy_delivered update_mismatched_interfaces',
  workloads: 'flow_reporting_frequency_updated',
};

const namesOf = (byResource: Readonly<Record<string, string>>): string[] =>
  Object.entries(byResource).flatMap(([resource, verbs]) =>
    verbs.split(' ').map((verb) => `${resource}.${verb}`),
  );

/** Every documented type, for what is near a mistyped one. Some events are told by notifications of the same name, by release. */
export const NOTIFICATION_TYPES: readonly string[] = namesOf(NOTICES);
export const EVENT_TYPES: readonly string[] = [
  ...new Set([...namesOf(TYPES), ...LEGACY, ...NOTIFICATION_TYPES]),
];

const KNOWN: ReadonlySet<string> = new Set([...namesOf(TYPES), ...LEGACY]);
const KNOWN_NOTICES: ReadonlySet<string> = new Set(NOTIFICATION_TYPES);

/** False for the type of an event or notification that nobody documented: counted and shown, never an error (definitions §1). */
export const isKnownType = (type: string): boolean =>
  KNOWN.has(type) ||
  RESOURCES.has(type.slice(0, type.indexOf('.'))) ||
  // Some are told by a notification or by an event of the same name, by release.
  KNOWN_NOTICES.has(type) ||
  HIDDEN_VEN_EVENTS.some((pattern) => glob(pattern, type));
