/* api_routes.c - the table of routes.def, and how a path fits a row of it. */
#include <string.h>

#include "api_internal.h"

#define ROUTE(method_, path_, scope_, handler_, verb_, names_)                                     \
    {.method = ESC_HTTP_##method_,                                                                 \
     .path = (path_),                                                                              \
     .scope = ESC_SCOPE_##scope_,                                                                  \
     .handler = &(handler_),                                                                       \
     .verb = (verb_),                                                                              \
     .names = (names_)},
const EscRoute esc_routes[] = {
#include "routes.def"
};
#undef ROUTE
const size_t esc_routes_count = ESC_COUNT_OF(esc_routes);

bool esc_route_matches(const char *pattern, const char *path, EscBuf *parameter)
{
    while (*pattern != '\0' && *path != '\0') {
        size_t want = strcspn(pattern + 1, "/");
        size_t have = strcspn(path + 1, "/");
        if (*pattern != '/' || *path != '/')
            return false;
        if (want == 2 && memcmp(pattern + 1, "{}", 2) == 0) {
            esc_buf_clear(parameter);
            if (have == 0 || !esc_percent_decode((EscText){path + 1, have}, false, parameter))
                return false;
        } else if (want != have || memcmp(pattern + 1, path + 1, want) != 0) {
            return false;
        }
        pattern += 1 + want;
        path += 1 + have;
    }
    return *pattern == '\0' && *path == '\0';
}
