/* config_folder.c - which places the file escald.json in a workspace's own folder may bind.
 *
 * Who writes templates writes that file too, and is not the operator: it may say where messages go, for the places that
 * the operator's folder_may_bind names and does not bind itself, and nothing else. It never names a file (secrets could be
 * read, and sent to an address of its own; files could be written), and no address beyond the public Internet. What an
 * option may do there stands in its row (config_table.c, in_folder). */
#include "config_internal.h"

/* "channels" names all channels, "channels.incidents" one. */
static bool is_within(EscText path, EscText place)
{
    return place.size > 0 && esc_text_starts_with(path, place) &&
           (path.size == place.size || path.data[place.size] == '.');
}

static bool ends_path(EscText path, const char *group, EscText name)
{
    EscText before = esc_text_from(group);
    return path.size == before.size + name.size && esc_text_starts_with(path, before) &&
           esc_text_ends_with(path, name);
}

/* By the operator's file. */
static bool is_bound(const EscWorkspaceConfig *workspace, EscText path)
{
    for (uint32_t i = 0; i < workspace->channels.count; i++)
        if (ends_path(path, "channels.", workspace->channels.items[i].name))
            return true;
    for (uint32_t i = 0; i < workspace->systems.count; i++)
        if (ends_path(path, "systems.", workspace->systems.items[i].name))
            return true;
    EscText people = ESC_TEXT("people.");
    if (!esc_text_starts_with(path, people))
        return false;
    EscText way = {path.data + people.size, path.size - people.size};
    const EscEndpoint *endpoint = esc_people_endpoint(&workspace->people, way);
    return endpoint != NULL && endpoint->type.size > 0;
}

const char *esc_config_folder_place_fault(const EscWorkspaceConfig *workspace, EscText path)
{
    if (is_bound(workspace, path))
        return "the operator's configuration binds this";
    for (uint32_t i = 0; i < workspace->folder_may_bind.count; i++)
        if (is_within(path, workspace->folder_may_bind.items[i]))
            return NULL;
    return "the operator's configuration does not let the folder bind this (folder_may_bind)";
}
