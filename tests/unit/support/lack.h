/* lack.h - lets every place that asks an arena or a table of names for memory be refused, one after the other.
 *
 * alloc_fail.h refuses blocks, and an arena asks for a block seldom: most of the places that may get NULL never do. A test
 * that links esc_lack has these functions replaced in the code of other files than their own. A place is a caller. */
#ifndef LACK_H
#define LACK_H

#include <stdbool.h>
#include <stdint.h>

/* How many places asked since the program began. */
uint32_t lack_places(void);
/* The place of this number is refused the next time that it asks, and so is whoever asks that arena afterwards. */
void lack_at(uint32_t place);
/* Nobody is refused any more. True: the place was. */
bool lack_end(void);

#endif
