/**
 * Names that upstream's scripts keep for themselves, or the shell does: loop variables, values of the moment, colours of a
 * terminal. No template, compose file or hook uses them.
 */
const INTERNAL = new Set(
  // Of shells, and of how this comparison runs them.
  (
    'IFS OPTIND PPID PS1 PS2 PS4 PWD OLDPWD _ SHLVL LINENO PATH HOME LANG ' +
    // Loops and values of the moment.
    'i f n v d adir dirs real_adir component conf_locations old_conf_locations dependencies _adir_stack default result value ' +
    'ALREADY_EVALED saved_shell_options SHELL_EXEC_FLAGS __BIRDHOUSE_PROCESS_ENV THIS_FILE THIS_DIR COMPONENT_DEFAULT_ENV current_dependencies requested_conf_dirs ' +
    '' +
    // Aliases.
    'back_compat_vars old_var new_var old_var_set new_var_set old_value new_value reverse_backwards_compatible_variables ' +
    'default_old_var default_old_value hardcoded_var hardcoded_old_value BIRDHOUSE_OLD_VARS_OVERRIDDEN ' +
    // Logging.
    'level option log_line log_quiet log_fd log_file override override_string override_section override_fd no_override end_line ' +
    'log_opts log_prefix log_with_prefix NORMAL GRAY BLUE RED GREEN YELLOW CYAN PURPLE REG_BG_BOLD BIRDHOUSE_COLOR ' +
    '_BIRDHOUSE_ERROR_HANDLING_ENABLED BIRDHOUSE_EXPECTED_EXIT ' +
    // On the way to the JSON of components, services and version.
    'BIRDHOUSE_DEPLOY_COMPONENTS_LIST BIRDHOUSE_DEPLOY_COMPONENTS_LIST_KNOWN BIRDHOUSE_DEPLOY_COMPONENTS_LIST_ACTIVE BIRDHOUSE_DEPLOY_COMPONENTS_BASE BIRDHOUSE_DEPLOY_COMPONENTS_ROOT SERVICES SERVICE_CONF RELEASE_FILE BIRDHOUSE_VERSION ' +
    'BIRDHOUSE_RELEASE_TIME ' +
    // Guards of Compose.
    'PROXY_HTTP_PORT PROXY_SECURE_PORT HOSTNAME'
  ).split(' '),
);

/** @param {string} name */
export const isInternal = (name) => INTERNAL.has(name);

/** @param {string} name Is one that the compose script makes after the reading: looked at in what Compose is given. */
export const isMadeLater = (name) =>
  /^(BIRDHOUSE_DEPLOY_(COMPONENTS|SERVICES)_JSON|BIRDHOUSE_VERSION_JSON|INCLUDE_FOR_PORT_80|PAVICS_FQDN_PUBLIC|(BIRDHOUSE_)?AUTODEPLOY_EXTRA_REPOS_AS_DOCKER_VOLUMES)$/.test(
    name,
  );

/** Set here in every era, because our own components need them; upstream has them since 1.25.4. */
export const OURS_ALONE = ['BIRDHOUSE_LOCAL_ENV'];
