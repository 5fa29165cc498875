/* holiday_files.h - calendar files that a workspace names, for the compiler. */
#ifndef ESC_PROGRAMS_HOLIDAY_FILES_H
#define ESC_PROGRAMS_HOLIDAY_FILES_H

#include <esc/compiler.h>

#define HOLIDAY_FILE_BYTES_MAX ((size_t)4 << 20)

/* Tells the days of a calendar file, whose bytes were read with `status` and up to HOLIDAY_FILE_BYTES_MAX, as
 * EscSourceFiles.holidays has to. */
EscStatus holiday_file_tell(EscHolidayFile *file, EscStatus status, const EscBuf *bytes);
/* The same of the turns of one that a schedule imports, as EscSourceFiles.turns has to. */
EscStatus turn_file_tell(EscTurnFile *file, EscStatus status, const EscBuf *bytes);

#endif
