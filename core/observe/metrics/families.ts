/** A metric as Prometheus knows it. */
export interface Family {
  /** counter: only grows, also when workers are replaced. gauge: as it is now. histogram: by upper bounds. */
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, ascending. */
  readonly bounds?: readonly number[];
}

/** Seconds: from what a script answers at once to what a slow backend takes. */
export const DURATIONS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** Seconds by which a timer was late. */
export const DELAYS: readonly number[] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

function counter(help: string, ...labels: string[]): Family {
  return { type: "counter", help, labels };
}

function gauge(help: string, ...labels: string[]): Family {
  return { type: "gauge", help, labels };
}

function histogram(help: string, bounds: readonly number[], ...labels: string[]): Family {
  return { type: "histogram", help, labels, bounds };
}

/** Every metric, in the order it is told. */
export const FAMILIES = {
  lodestone_requests_total: counter(
    "Requests that are over, by site, class of the method, status and who answered; 499: the client left before.",
    "site",
    "method",
    "status",
    "by",
  ),
  lodestone_request_duration_seconds: histogram(
    "From a request's head to the end of its response.",
    DURATIONS,
    "site",
  ),
  lodestone_response_body_bytes_total: counter("Bytes of bodies sent to clients.", "site"),
  lodestone_requests_active: gauge("Requests under way.", "site"),
  lodestone_requests_without_site_total: counter(
    "Requests that came to no site: malformed, too large, too slow, for an unknown host (421), redirected to https.",
    "status",
  ),
  lodestone_connections_open: gauge("Connections of clients.", "listener"),
  lodestone_connections_total: counter("Connections accepted.", "listener"),
  lodestone_connections_refused_total: counter(
    "Connections closed at once because there were too many.",
    "listener",
  ),
  lodestone_connections_received_bytes_total: counter("Bytes received from clients.", "listener"),
  lodestone_connections_sent_bytes_total: counter("Bytes sent to clients.", "listener"),
  lodestone_tls_handshakes_failed_total: counter("TLS handshakes that came to nothing."),
  lodestone_isolate_entries_total: counter("Entries into isolates (turns).", "site"),
  lodestone_isolate_requests_total: counter("Requests handed to scripts.", "site"),
  lodestone_isolate_cpu_seconds_total: counter("Time that scripts ran.", "site"),
  lodestone_isolate_memory_bytes: gauge("Memory of isolates.", "site"),
  lodestone_isolates_live: gauge("Isolates in use."),
  lodestone_isolates_started_total: counter("Isolates made.", "site"),
  lodestone_isolates_ended_total: counter(
    "Isolates ended: released (idle), replaced (by a new version), died (memory limit), quarantined.",
    "site",
    "reason",
  ),
  lodestone_script_errors_total: counter("Failures of scripts that the log tells of.", "site"),
  lodestone_script_limit_hits_total: counter(
    "Limits that scripts have reached: cpu, memory, deadline.",
    "site",
    "limit",
  ),
  lodestone_script_operations_total: counter(
    "What scripts had the host do: fetch, origin, body, call, timer.",
    "site",
    "operation",
  ),
  lodestone_response_cache_requests_total: counter(
    "Requests for paths of which answers of scripts are kept: hit, waited (another request has brought it), miss.",
    "site",
    "outcome",
  ),
  lodestone_response_cache_stored_total: counter("Answers of scripts that were kept.", "site"),
  lodestone_response_cache_removed_total: counter(
    "Kept answers let go of before they had expired: evicted (others needed the memory), purged (by tag).",
    "site",
    "reason",
  ),
  lodestone_response_cache_answers: gauge("Answers of scripts that are kept.", "site"),
  lodestone_response_cache_bytes: gauge("Memory of kept answers.", "site"),
  lodestone_cache_hits_total: counter("Answers from a cache.", "cache"),
  lodestone_cache_misses_total: counter("Answers that a cache did not have.", "cache"),
  lodestone_cache_entries: gauge("Entries of a cache.", "cache"),
  lodestone_cache_bytes: gauge("Bytes that a cache keeps.", "cache"),
  lodestone_backend_connections: gauge("Connections to a backend, busy and idle.", "backend", "state"),
  lodestone_backend_requests_waiting: gauge("Requests that wait for a connection.", "backend"),
  lodestone_backend_responses_total: counter(
    "Responses of a backend, by class of the status.",
    "backend",
    "status",
  ),
  lodestone_backend_failures_total: counter(
    "Requests that a backend brought no response for, by what went wrong.",
    "backend",
    "code",
  ),
  lodestone_log_lines_dropped_total: counter("Lines of the log lost because nobody took them.", "process"),
  lodestone_worker_event_loop_delay_seconds: histogram(
    "How late timers of workers were, asked ten times a second.",
    DELAYS,
  ),
  lodestone_worker_memory_bytes: gauge("Resident memory of a worker.", "worker"),
  lodestone_worker_cpu_seconds_total: counter(
    "Processor time of a worker and of those before it in its place.",
    "worker",
  ),
  lodestone_workers: gauge("Worker processes: serving, starting, leaving.", "state"),
  lodestone_workers_unanswered: gauge(
    "Workers that did not answer this scrape in time; they are told as they were before.",
  ),
  lodestone_worker_starts_total: counter("Worker processes started."),
  lodestone_worker_ends_total: counter(
    "Worker processes ended: clean, exit (another exit code), a signal, not_started.",
    "reason",
  ),
  lodestone_reloads_total: counter("Reloads asked for, by outcome: done, refused.", "outcome"),
  lodestone_script_version: gauge("Number of the version of a site's scripts that serves.", "site"),
  lodestone_script_loads_total: counter(
    "New versions of scripts: loaded, failed (did not compile or load).",
    "site",
    "outcome",
  ),
  lodestone_site_quarantined: gauge("1 while the scripts of a site must not run.", "site"),
  lodestone_site_quarantines_total: counter("Quarantines begun.", "site"),
  lodestone_certificate_expiry_timestamp_seconds: gauge(
    "When a certificate expires, in seconds since 1970.",
    "file",
    "names",
  ),
  lodestone_supervisor_memory_bytes: gauge("Resident memory of the supervisor."),
  lodestone_supervisor_cpu_seconds_total: counter("Processor time of the supervisor."),
  lodestone_start_time_seconds: gauge("When the supervisor was started, in seconds since 1970."),
  lodestone_build_info: gauge("Always 1; the labels tell what runs.", "version", "node"),
} as const satisfies Record<string, Family>;

export type FamilyName = keyof typeof FAMILIES;
