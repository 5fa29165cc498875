/* calendar_files.c - calendar files that a declaration names: where they may lie, and what is said about them. What stands in
 * them is the program's to know (EscSourceFiles). */
#include "check/check.h"
#include "check/names.h"

#define DAYS_LEFT_MIN 60 /* fewer are told: the file ends soon */

EscCalendarFile esc_calendar_file(EscWorkspace *workspace, const EscNode *setting)
{
    const EscNode *value = setting->setting.value;
    return (EscCalendarFile){.workspace = workspace,
                             .path = value->kind == ESC_NODE_TEXT ? esc_plain_text(workspace, value)
                                                                  : ESC_TEXT(""),
                             .library = esc_library_file(workspace, setting->span),
                             .span = value->span};
}

bool esc_calendar_file_is_inside(const EscCalendarFile *file)
{
    return file->path.size > 0 && file->path.data[0] != '/' &&
           !esc_text_contains(file->path, ESC_TEXT(".."));
}

void esc_calendar_file_fault(const EscCalendarFile *file, uint32_t line, EscText message)
{
    EscDiagnostic *diagnostic = esc_report(file->workspace, "E0365", file->span, "%.*s:%u: %.*s",
                                           ESC_TEXT_ARG(file->path), line, ESC_TEXT_ARG(message));
    esc_report_hint(file->workspace, diagnostic, "change this line of `%.*s`",
                    ESC_TEXT_ARG(file->path));
}

void esc_calendar_file_unreadable(const EscCalendarFile *file, const char *what)
{
    EscDiagnostic *diagnostic =
        esc_report(file->workspace, "E0334", file->span, "the %s `%.*s` cannot be read", what,
                   ESC_TEXT_ARG(file->path));
    esc_report_hint(file->workspace, diagnostic, "name an .ics file below the folder of the %s",
                    file->library.name.size > 0 ? "library" : "workspace");
}

void esc_calendar_file_ends(const EscCalendarFile *file, int64_t last, const char *what)
{
    int64_t year = 0, today = file->workspace->io.today;
    unsigned month = 0, day = 0;
    if (today == 0 || last >= today + DAYS_LEFT_MIN)
        return;
    esc_date_from_days(last, &year, &month, &day);
    EscDiagnostic *diagnostic =
        last == INT64_MIN ? esc_report(file->workspace, "A0309", file->span, "`%.*s` has no %s",
                                       ESC_TEXT_ARG(file->path), what)
                          : esc_report(file->workspace, "A0309", file->span,
                                       "`%.*s` has no %s behind %04d-%02u-%02u",
                                       ESC_TEXT_ARG(file->path), what, (int)year, month, day);
    esc_report_hint(file->workspace, diagnostic, "put the days of the coming years into the file");
}
