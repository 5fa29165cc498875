/* config_help.c - the reference of all options as text, made from the rows of config_table.c. */
#include "config_internal.h"

static void write_row(const Option *option, EscBuf *out)
{
    esc_buf_printf(out, "  %s: ", option->name);
    switch (option->type) {
    case OPTION_TEXT:
        esc_buf_printf(out, "text, default \"%s\"", option->preset);
        break;
    case OPTION_WORD:
        esc_buf_printf(out, "%s%s%s", option->words, option->preset[0] == '\0' ? "" : ", default ",
                       option->preset);
        break;
    case OPTION_COUNT:
        esc_buf_printf(out, "%lld to %lld, default %lld", (long long)option->min,
                       (long long)option->max, (long long)option->count);
        break;
    case OPTION_TEXTS:
        esc_buf_string(out, "list of texts, default []");
        break;
    case OPTION_HEADERS:
        esc_buf_string(out, "object of texts, default {}");
        break;
    case OPTION_OBJECT:
        esc_buf_string(out, "object, see below");
        break;
    case OPTION_MAP:
        esc_buf_string(out, "object by name, see below");
        break;
    }
    esc_buf_printf(out, "\n      %s\n", option->help);
}

void esc_config_help(EscBuf *out)
{
    for (size_t g = 0; g < esc_config_groups_count; g++) {
        const OptionGroup *group = &esc_config_groups[g];
        esc_buf_printf(out, "%s%s\n", g == 0 ? "" : "\n", g == 0 ? "escald.json" : group->title);
        for (size_t i = 0; i < group->options_count; i++)
            write_row(&group->options[i], out);
    }
    esc_buf_string(
        out,
        "\nA file escald.json in a workspace's own folder may bind what folder_may_bind names, by "
        "options that are no\nfiles, as it would stand here under workspaces.NAME.\n"
        "Relative file names are relative to the folder of the configuration file.\n");
}
