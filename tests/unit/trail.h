/* trail.h - whole stories: every word that the engine gave to be read of a scene. Each stands in trails/NAME.txt, to be looked
 * at like code; what each input of it was about, and whether it did something, in trails/NAME.answers.txt. Bundles are numbered there, and
 * long runs of one letter counted.
 *
 * With ESC_UPDATE set the files are written instead of compared; read what changed before it is committed. */
#ifndef ESC_TEST_TRAIL_H
#define ESC_TEST_TRAIL_H

#include "engine_scene.h"

/* The end of a story: its trail, with the instants that its rows hold then, and its answers are those of the files, and the scene
 * is freed. Where people read German (scenes_in_german) the messages are those of trails/NAME.de.txt, and all else is that of
 * the English story. */
void told(Scene *scene, const char *name);

#endif
