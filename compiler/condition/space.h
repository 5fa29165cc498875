/* space.h - how a space is built: topics (one subject with all its tests), their variables, and the diagrams' nodes. For
 * the files of this folder. */
#ifndef ESC_SPACE_H
#define ESC_SPACE_H

#include "condition/condition.h"

/* --- limits: what is beyond them is taken for possible, or ends in ESC_INCONCLUSIVE ----------- */

#define ESC_SPACE_BYTES_MAX ((size_t)16 << 20)
#define ESC_SPACE_VARIABLES_MAX 256u
#define ESC_SPACE_NODES_MAX 16384u
#define ESC_SPACE_EDGES_MAX 262144u
#define ESC_SPACE_STEPS_MAX 262144u /* edges that operations look at */
#define ESC_TOPIC_VALUES_MAX                                                                       \
    512u /* intervals, or atoms, of one subject; beyond, each test is a variable */
#define ESC_TOPIC_MIXED_MAX 16u  /* atoms that are no IS and still split the texts into cells */
#define ESC_TOPIC_CELLS_MAX 256u /* cells that those give */
#define ESC_TOPIC_ATOMS_MAX 64u  /* atoms that are variables of their own */

/* How the values of a subject are told apart. */
typedef enum EscTopicMode {
    ESC_TOPIC_CELLS, /* one variable: a cell for each answer that the tests give together */
    ESC_TOPIC_ATOMS, /* a variable for missing and one for each atom: what a list has, many parts of a text */
    ESC_TOPIC_ALONE /* a variable for each test */
} EscTopicMode;

typedef struct EscTopic {
    EscSubject subject;
    EscTopicMode mode;
    const EscTest **tests;
    uint32_t tests_count;
    size_t tests_capacity;
    EscAtom *atoms;       /* of a text or list, each once: those that are no IS first */
    uint32_t mixed_count; /* how many are no IS */
    uint32_t atoms_count;
    uint32_t first, count; /* variables */
} EscTopic;

typedef struct EscVariable {
    uint32_t topic;
    const EscCell *cells; /* of CELLS; else two cells: false, true */
    uint32_t count;
} EscVariable;

typedef struct EscDiagramNode {
    uint32_t variable, edges;
} EscDiagramNode;

typedef struct EscDiagramCache {
    uint32_t op, a, b, result;
} EscDiagramCache;

struct EscSpace {
    EscArena *arena;
    EscTopic *topics;
    uint32_t topics_count;
    size_t topics_capacity;
    EscVariable *variables;
    uint32_t variables_count;
    size_t variables_capacity;
    bool is_over; /* the budget is used up */
    uint32_t steps;
    /* --- diagrams: node i has the number i + 2 --- */
    EscDiagramNode *nodes;
    uint32_t nodes_count;
    size_t nodes_capacity;
    EscDiagram *edges;
    uint32_t edges_count;
    size_t edges_capacity;
    uint32_t *unique; /* node + 1 by hash */
    EscDiagramCache *cache;
    uint32_t table_size; /* of both, a power of two */
    EscDiagram *work;    /* edges of nodes that are being made */
    uint32_t work_count;
    size_t work_capacity;
};

/* cells.c: splits the values of a topic and gives it its variables. */
void esc_topic_split(EscSpace *space, uint32_t topic);
/* The topic of a subject; NULL when there is none. */
EscTopic *esc_space_topic(const EscSpace *space, const EscSubject *subject);
/* The number of an atom in its topic; atoms_count: it is not there. */
uint32_t esc_topic_atom(const EscTopic *topic, const EscAtom *atom);
/* In which cell of one of the topic's variables a value lies. */
uint32_t esc_topic_cell(const EscSpace *space, const EscTopic *topic, uint32_t variable,
                        const EscCell *value);

/* diagram.c: a node of the edges that were pushed last, one for each cell of the variable. */
void esc_space_push(EscSpace *space, EscDiagram edge);
EscDiagram esc_space_node(EscSpace *space, uint32_t variable);

#endif
