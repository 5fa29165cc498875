/* ring.c - a doubly linked list with a head, so that no place in it is an exception. */
#include <esc/loop.h>

void esc_ring_init(EscRing *ring)
{
    ring->previous = ring->next = ring;
}

void esc_ring_put(EscRing *head, EscRing *link)
{
    link->previous = head->previous;
    link->next = head;
    head->previous->next = link;
    head->previous = link;
}

void esc_ring_remove(EscRing *link)
{
    link->previous->next = link->next;
    link->next->previous = link->previous;
    esc_ring_init(link);
}

bool esc_ring_is_empty(const EscRing *head)
{
    return head->next == head;
}
