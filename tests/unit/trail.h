/* trail.h - whole stories: every word that the engine gave to be read of a scene. Each stands in trails/NAME.txt, to be looked
 * at like code.
 *
 * With ESC_UPDATE set the files are written instead of compared; read what changed before it is committed. */
#ifndef ESC_TEST_TRAIL_H
#define ESC_TEST_TRAIL_H

#include "engine_scene.h"

/* The end of a story: its trail, and the instants that its rows hold then, are those of the file. Frees the scene. */
void told(Scene *scene, const char *name);

#endif
