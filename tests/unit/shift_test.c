/* lib/elf/shift: modules that were moved work as before, at every place and in every layout, loaded
 * by the real host; and what is damaged or not understood is refused with a reason. */
#include <elf.h>

#include "driven.h"
#include "elf/shift.h"
#include "measure/host.h"

static struct host host; /* each test runs in a process of its own */
static enum outcome outcome;
static double alignment;

static bool read_line(const struct message *message, void *context)
{
    (void)context;
    alignment = message_number(message, "alignment", alignment);
    return true;
}

static enum outcome ask(const char *format, ...) __attribute__((format(printf, 1, 2)));
static enum outcome ask(const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (host_ask(&host, line, read_line, NULL, &outcome) != ASSAY_OK)
        test_fail(__FILE__, __LINE__, "%s: %s", line, host.reason.text);
    return outcome;
}

static void start(void)
{
    prepare_hosts();
    if (host_start(NULL, HOST_PROGRAM, (struct host_limits){.seconds = 60}, &host) != ASSAY_OK)
        test_fail(__FILE__, __LINE__, "%s", host.reason.text);
}

#ifdef __x86_64__

/* What the module's data asks for; more under a sanitizer. */
static unsigned alignment_of(const char *module)
{
    start();
    if (ask("load %s shift=0", fixture_path(module)) != OUTCOME_OK)
        test_fail(__FILE__, __LINE__, "%s", host.reason.text);
    host_stop(&host);
    return (unsigned)alignment;
}

static void run_all(const char *module, unsigned shift)
{
    static const char *const C[] = {"data", "thread_local", "jumps", "chosen_when_loaded", NULL};
    static const char *const CPP[] = {"exceptions", NULL};
    start();
    if (ask("load %s shift=%u", fixture_path(module), shift) != OUTCOME_OK)
        test_fail(__FILE__, __LINE__, "%s at %u: %s", module, shift, host.reason.text);
    for (const char *const *name = strcmp(module, "movable_cpp") == 0 ? CPP : C; *name; name++) {
        if (ask("open %s", *name) != OUTCOME_OK)
            test_fail(__FILE__, __LINE__, "%s %s at %u: %s", module, *name, shift,
                      host.reason.text);
        CHECK_EQ(ask("run iterations=3 slots=2"), OUTCOME_OK);
    }
    host_stop(&host);
}

TEST(a_module_works_wherever_it_is_moved_in_every_layout)
{
    char modules[] = MOVABLE, *rest = modules, *module;
    while ((module = strsep(&rest, " ")) != NULL) {
        const unsigned unit = alignment_of(module);
        const unsigned shifts[] = {0, unit, 3 * unit, 2048, 4096 - unit};
        for (size_t i = 0; i < 5; i++)
            run_all(module, shifts[i]);
    }
}

TEST(both_sides_can_be_moved_by_themselves)
{
    const unsigned unit = alignment_of("twin1");
    start();
    CHECK_EQ(ask("load side=a %s shift=%u", fixture_path("twin1"), unit), OUTCOME_OK);
    CHECK_EQ(ask("load side=b %s shift=%u", fixture_path("twin2"), 5 * unit), OUTCOME_OK);
    CHECK_EQ(ask("open side=a version"), OUTCOME_OK);
    CHECK_EQ(ask("open side=b version"), OUTCOME_OK);
    CHECK_EQ(ask("pair slots=3 iterations_a=5 iterations_b=5"), OUTCOME_OK);
    host_stop(&host);
}

TEST(shifts_keep_the_alignment_that_data_asks_for)
{
    CHECK(alignment_of("aligned") == 256);
    start();
    CHECK_EQ(ask("load %s shift=64", fixture_path("aligned")), OUTCOME_FAILED);
    CHECK_CONTAINS(host.reason.text, "cannot be shifted by 64 bytes: its data is aligned to 256");
    CHECK_EQ(ask("load %s shift=768", fixture_path("aligned")), OUTCOME_OK);
    CHECK_EQ(ask("open lookup"), OUTCOME_OK);
    host_stop(&host);
}

TEST(shifts_of_a_page_or_more_are_refused)
{
    start();
    CHECK_EQ(ask("load %s shift=4096", fixture_path("movable")), OUTCOME_FAILED);
    CHECK_CONTAINS(host.reason.text, "multiple of that below 4096");
    CHECK_EQ(ask("load %s shift=4096000000000000000", fixture_path("movable")), OUTCOME_FAILED);
    host_stop(&host);
}

#endif

TEST(a_file_that_is_not_there_cannot_be_shifted)
{
    start();
    CHECK_EQ(ask("load /no/such.so shift=0"), OUTCOME_FAILED);
    CHECK_CONTAINS(host.reason.text, "cannot read '/no/such.so'");
    host_stop(&host);
}

/* ---- files that are not as they should be ---- */

struct file {
    char *bytes;
    size_t length;
    Elf64_Ehdr *header;
    Elf64_Phdr *segments;
};

static struct file open_movable(void)
{
    struct file file = {0};
    file.bytes = read_whole(fixture_path("movable"), &file.length);
    file.header = (void *)file.bytes;
    file.segments = (void *)(file.bytes + file.header->e_phoff);
    return file;
}

static void check_refused(const struct file *file, const char *reason)
{
    struct shifted shifted;
    BUF_AUTO error;
    buf_init(&error, 1024);
    CHECK_EQ(shift_image((const unsigned char *)file->bytes, file->length, 0, &shifted, &error),
             ASSAY_ERR_PARSE);
    CHECK_CONTAINS(error.text, reason);
    free(file->bytes);
}

static Elf64_Phdr *segment_of(struct file *file, uint32_t type)
{
    for (size_t i = 0; i < file->header->e_phnum; i++)
        if (file->segments[i].p_type == type)
            return &file->segments[i];
    test_fail(__FILE__, __LINE__, "no segment of type %u", type);
}

static Elf64_Dyn *first_dynamic(struct file *file)
{
    return (void *)(file->bytes + segment_of(file, PT_DYNAMIC)->p_offset);
}

static Elf64_Dyn *dynamic_of(struct file *file, int64_t tag)
{
    Elf64_Dyn *entry = first_dynamic(file);
    while (entry->d_tag != tag && entry->d_tag != DT_NULL)
        entry++;
    CHECK(entry->d_tag == tag);
    return entry;
}

/* A linker writes one table of symbols or both. */
static void forget_hash_tables(struct file *file)
{
    for (Elf64_Dyn *entry = first_dynamic(file); entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == DT_HASH || entry->d_tag == DT_GNU_HASH)
            entry->d_tag = DT_DEBUG;
}

#define DAMAGE(id, change, reason)                                                                 \
    TEST(id)                                                                                       \
    {                                                                                              \
        struct file file = open_movable();                                                         \
        change;                                                                                    \
        check_refused(&file, reason);                                                              \
    }

DAMAGE(a_few_bytes_are_no_module, file.length = 20, "cut off")
DAMAGE(a_text_is_no_module, memset(file.bytes, 'x', 64), "no ELF file")
DAMAGE(another_architecture_is_refused, file.header->e_machine = EM_AARCH64, "only shared objects")
DAMAGE(a_program_is_refused, file.header->e_type = ET_EXEC, "only shared objects")

#ifdef __x86_64__
DAMAGE(odd_program_headers_are_refused, file.header->e_phnum = 65, "program headers are unusual")
DAMAGE(program_headers_beyond_the_end_are_refused, file.header->e_phoff = file.length - 8,
       "cut off")
DAMAGE(without_section_headers_nothing_is_known_of_its_data, file.header->e_shnum = 0,
       "without section headers")
DAMAGE(section_headers_beyond_the_end_are_refused, file.header->e_shoff = file.length, "cut off")
DAMAGE(a_segment_larger_than_the_file_is_refused, segment_of(&file, PT_LOAD)->p_filesz = 1 << 30,
       "larger than the file")
DAMAGE(a_segment_far_away_is_refused, segment_of(&file, PT_LOAD)->p_vaddr = UINT64_MAX - 4096,
       "more than 1 GiB")
DAMAGE(a_file_that_would_grow_without_bounds_is_refused,
       segment_of(&file, PT_LOAD)->p_vaddr = 512 << 20, "too far apart")
DAMAGE(a_file_without_segments_is_refused,
       for (size_t i = 0; i < file.header->e_phnum; i++) file.segments[i].p_type = PT_NOTE,
       "no segments")
DAMAGE(a_file_without_dynamic_section_is_refused, segment_of(&file, PT_DYNAMIC)->p_type = PT_NOTE,
       "no dynamic section")
DAMAGE(a_dynamic_section_beyond_the_end_is_refused,
       segment_of(&file, PT_DYNAMIC)->p_vaddr = 1 << 29, "dynamic section lies outside")
DAMAGE(a_dynamic_section_without_end_is_refused, segment_of(&file, PT_DYNAMIC)->p_filesz = 32,
       "has no end")
DAMAGE(an_unknown_entry_of_the_dynamic_section_is_refused,
       dynamic_of(&file, DT_NEEDED)->d_tag = DT_REL, "the entry 0x11, which is not understood")
DAMAGE(symbols_beyond_the_end_are_refused, dynamic_of(&file, DT_SYMTAB)->d_un.d_ptr = 1 << 29,
       "symbols cannot be counted")
DAMAGE(symbols_without_a_count_are_refused, forget_hash_tables(&file), "symbols cannot be counted")
DAMAGE(relocations_beyond_the_end_are_refused, dynamic_of(&file, DT_RELASZ)->d_un.d_val = 1 << 29,
       "relocations")
DAMAGE(relocations_that_overlap_are_refused,
       dynamic_of(&file, DT_JMPREL)->d_un.d_ptr = dynamic_of(&file, DT_RELA)->d_un.d_ptr,
       "relocations overlap")
#endif

TEST_MAIN
