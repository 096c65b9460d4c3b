/* Looking at a process at its own cost's pace.
 *
 * Why in the driver's waiting and not in a thread: it is where the driver has nothing to do; most
 * looks come right after an answer, when the benchmark waits for the next command and nothing is
 * timed.  Why the number cannot become another process's: the child is collected after
 * sampler_stop, and process.c reads through a descriptor of its folder.
 * Invariants: 1. due times keep the looks below SAMPLER_SHARE_MAX of a CPU whatever they cost;
 * 2. the points never grow beyond their array: when it is full every second one goes, and the
 * distance between those to come doubles. */
#include "measure/resources/sampler.h"

#include <math.h>
#include <time.h>
#include <unistd.h>

#include "probe/clock.h"

#define SPACING_SECONDS_MIN 0.01
#define SECONDS_PER_HOUR 3600.0
static const double NONE = (double)NAN;

static double thread_cpu_ns(void)
{
    struct timespec spent;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return (double)spent.tv_sec * 1e9 + (double)spent.tv_nsec;
}

double sampler_due(double seconds, double cost_ns)
{
    return seconds + fmax(SPACING_SECONDS_MIN, cost_ns * 1e-9 / SAMPLER_SHARE_MAX);
}

static void thin_points(struct sampler *sampler)
{
    for (size_t i = 0; i < SAMPLER_POINTS / 2; i++)
        sampler->points[i] = sampler->points[2 * i];
    sampler->point_count = SAMPLER_POINTS / 2;
    sampler->point_spacing_seconds *= 2;
}

static void add_point(struct sampler *sampler, const struct sampler_point *point)
{
    if (isnan(point->rss_bytes) || point->seconds < sampler->point_due_seconds)
        return;
    if (sampler->point_count == SAMPLER_POINTS)
        thin_points(sampler);
    sampler->points[sampler->point_count++] = *point;
    sampler->point_due_seconds = point->seconds + sampler->point_spacing_seconds;
}

void sampler_add(struct sampler *sampler, double seconds, double iterations,
                 const struct process_facts *facts)
{
    const struct sampler_point point = {seconds, iterations, facts->rss_bytes};
    add_point(sampler, &point);
    sampler->last = *facts;
    sampler->fds_peak = fmax(sampler->fds_peak, facts->fds); /* fmax skips what is not known */
    sampler->threads_peak = fmax(sampler->threads_peak, facts->threads);
}

/* One look, due or not. */
static void look(struct sampler *sampler, double iterations)
{
    struct process_facts facts;
    double began_ns = thread_cpu_ns(), now = clock_now_seconds();
    process_read(&sampler->process, &facts);
    double running = moment_running("");
    if (running >= 1) {
        sampler->running_sum += running - 1; /* without the one that reads */
        sampler->running_looks++;
    }
    sampler_add(sampler, now, iterations, &facts);
    double cost_ns = thread_cpu_ns() - began_ns;
    sampler->spent_ns += cost_ns;
    sampler->due_seconds = sampler_due(now, cost_ns);
}

/* What was read and written is counted without what the protocol itself needs. */
static void take_off(struct process_facts *facts, const struct sampler_traffic *traffic)
{
    facts->read_bytes -= traffic->sent;
    facts->written_bytes -= traffic->received;
}

void sampler_start(struct sampler *sampler, pid_t pid, const struct sampler_traffic *traffic)
{
    double began_ns = thread_cpu_ns();
    *sampler = (struct sampler){.fds_peak = NONE,
                                .threads_peak = NONE,
                                .pss_bytes = NONE,
                                .point_spacing_seconds = SPACING_SECONDS_MIN};
    moment_read("", &sampler->before);
    if (process_open(pid, &sampler->process) != ASSAY_OK)
        sampler->process.folder = -1;
    sampler->spent_ns = thread_cpu_ns() - began_ns;
    look(sampler, 0);
    sampler->first = sampler->last;
    take_off(&sampler->first, traffic);
    sampler->began_seconds = clock_now_seconds();
}

void sampler_look(struct sampler *sampler, double iterations)
{
    if (clock_now_seconds() >= sampler->due_seconds)
        look(sampler, iterations);
}

void sampler_ask_pss(struct sampler *sampler)
{
    double began_ns = thread_cpu_ns();
    sampler->pss_bytes = process_pss_bytes(&sampler->process);
    sampler->spent_ns += thread_cpu_ns() - began_ns;
}

void sampler_stop(struct sampler *sampler)
{
    process_close(&sampler->process);
}

/* ---- folding ---- */

static double rss_typical(const struct sampler *sampler)
{
    double sum = 0;
    for (size_t i = 0; i < sampler->point_count; i++)
        sum += sampler->points[i].rss_bytes;
    return sampler->point_count > 0 ? sum / (double)sampler->point_count : NONE;
}

struct growth sampler_growth(const struct sampler *sampler, bool by_hours)
{
    double x[SAMPLER_POINTS], y[SAMPLER_POINTS];
    struct growth growth = {NONE, NONE};
    size_t count = 0;
    for (size_t i = sampler->point_count / 2; i < sampler->point_count; i++) {
        const struct sampler_point *point = &sampler->points[i];
        double at = by_hours ? point->seconds / SECONDS_PER_HOUR : point->iterations;
        if (isnan(at) || (count > 0 && at <= x[count - 1]))
            continue;
        x[count] = at;
        y[count++] = point->rss_bytes;
    }
    if (growth_slope(x, y, count, &growth.slope) == ASSAY_OK)
        growth.resolution = (double)sysconf(_SC_PAGESIZE) / (x[count - 1] - x[0]);
    return growth;
}

static void fold_cpu(const struct sampler *sampler, double seconds, double iterations,
                     double *values)
{
    const struct process_facts *first = &sampler->first, *last = &sampler->last;
    double cpu_ns = last->cpu_ns - first->cpu_ns;
    double system = last->system_ticks - first->system_ticks;
    double ticks = system + last->user_ticks - first->user_ticks;
    values[RESOURCE_CPU_RATIO] = cpu_ns / (seconds * 1e9);
    values[RESOURCE_CPU_NS] = cpu_ns / iterations;
    values[RESOURCE_CPU_SYSTEM_RATIO] = ticks > 0 ? system / ticks : NONE;
}

/* Per iteration; NAN stays NAN, which fmax would turn into 0. */
static double each(double before, double after, double iterations)
{
    double difference = after - before;
    return (difference < 0 ? 0 : difference) / iterations;
}

static void fold_counts(const struct sampler *sampler, double iterations, double *values)
{
    const struct process_facts *first = &sampler->first, *last = &sampler->last;
    values[RESOURCE_PAGE_FAULTS] = each(first->page_faults, last->page_faults, iterations);
    values[RESOURCE_MAJOR_FAULTS] = each(first->major_faults, last->major_faults, iterations);
    values[RESOURCE_READ] = each(first->read_bytes, last->read_bytes, iterations);
    values[RESOURCE_WRITTEN] = each(first->written_bytes, last->written_bytes, iterations);
    values[RESOURCE_STORAGE_READ] =
        each(first->storage_read_bytes, last->storage_read_bytes, iterations);
    values[RESOURCE_STORAGE_WRITTEN] =
        each(first->storage_written_bytes, last->storage_written_bytes, iterations);
}

static void fold_machine(const struct sampler *sampler, const struct machine_moment *after,
                         double seconds, double *values)
{
    static const enum resource_id PRESSURES[] = {RESOURCE_PRESSURE_CPU, RESOURCE_PRESSURE_MEMORY,
                                                 RESOURCE_PRESSURE_IO};
    const struct machine_moment *before = &sampler->before;
    double ticks = after->total_ticks - before->total_ticks;
    values[RESOURCE_STEAL] = ticks > 0 ? (after->steal_ticks - before->steal_ticks) / ticks : NONE;
    for (int i = 0; i < PRESSURE_COUNT; i++) {
        double waited = (after->waited_us[i] - before->waited_us[i]) * 1e-6 / seconds;
        values[PRESSURES[i]] = waited > 1 ? 1 : waited;
    }
    if (sampler->running_looks > 0)
        values[RESOURCE_RUN_QUEUE] = sampler->running_sum / (double)sampler->running_looks;
}

void sampler_finish(struct sampler *sampler, double iterations,
                    const struct sampler_traffic *traffic, struct sampled *ret_sampled)
{
    struct machine_moment after;
    double *values = ret_sampled->values;
    for (size_t i = 0; i < RESOURCE_COUNT; i++)
        values[i] = NONE;
    double seconds = clock_now_seconds() - sampler->began_seconds;
    look(sampler, iterations);
    take_off(&sampler->last, traffic);
    double began_ns = thread_cpu_ns();
    moment_read("", &after);
    sampler->spent_ns += thread_cpu_ns() - began_ns;
    fold_cpu(sampler, seconds, iterations, values);
    fold_counts(sampler, iterations, values);
    fold_machine(sampler, &after, seconds, values);
    values[RESOURCE_RSS] = rss_typical(sampler);
    values[RESOURCE_PSS] = sampler->pss_bytes;
    values[RESOURCE_FDS] = sampler->fds_peak;
    values[RESOURCE_THREADS] = sampler->threads_peak;
    values[RESOURCE_SAMPLER] = sampler->spent_ns / (seconds * 1e9);
    ret_sampled->each = sampler_growth(sampler, false);
    ret_sampled->hour = sampler_growth(sampler, true);
}
