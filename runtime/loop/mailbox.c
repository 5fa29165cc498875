/* mailbox.c - a bounded list from many threads to one. */
#define _GNU_SOURCE /* CLOCK_BOOTTIME */
#include <esc/loop.h>

#include <time.h>

int64_t esc_boot_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t esc_boot_ms(void)
{
    return esc_boot_ns() / 1000000;
}

void esc_mailbox_init(EscMailbox *mailbox, void (*notify)(void *context), void *context)
{
    *mailbox = (EscMailbox){.notify = notify, .context = context};
    ESC_ASSERT(pthread_mutex_init(&mailbox->lock, NULL) == 0);
}

void esc_mailbox_release(EscMailbox *mailbox)
{
    ESC_ASSERT(mailbox->first == NULL);
    (void)pthread_mutex_destroy(&mailbox->lock);
}

/* True when it is the first: then somebody has to be told. */
static bool append(EscMailbox *mailbox, EscParcel *parcel)
{
    bool was_empty = mailbox->first == NULL;
    parcel->next = NULL;
    if (was_empty)
        mailbox->first = parcel;
    else
        mailbox->last->next = parcel;
    mailbox->last = parcel;
    return was_empty;
}

static void tell(const EscMailbox *mailbox, bool is_first)
{
    if (is_first && mailbox->notify != NULL)
        mailbox->notify(mailbox->context);
}

bool esc_mailbox_put(EscMailbox *mailbox, EscParcel *parcel, size_t weight, size_t room)
{
    bool is_first = false;
    (void)pthread_mutex_lock(&mailbox->lock);
    bool fits =
        mailbox->first == NULL || (mailbox->weight <= room && weight <= room - mailbox->weight);
    if (fits) {
        is_first = append(mailbox, parcel);
        mailbox->weight += weight;
    }
    (void)pthread_mutex_unlock(&mailbox->lock);
    tell(mailbox, is_first);
    return fits;
}

void esc_mailbox_add(EscMailbox *mailbox, EscParcel *parcel)
{
    (void)pthread_mutex_lock(&mailbox->lock);
    bool is_first = append(mailbox, parcel);
    (void)pthread_mutex_unlock(&mailbox->lock);
    tell(mailbox, is_first);
}

EscParcel *esc_mailbox_take(EscMailbox *mailbox)
{
    (void)pthread_mutex_lock(&mailbox->lock);
    EscParcel *first = mailbox->first;
    mailbox->first = mailbox->last = NULL;
    mailbox->weight = 0;
    (void)pthread_mutex_unlock(&mailbox->lock);
    return first;
}
