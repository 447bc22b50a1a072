#include "04-chat-server/cluster/entry.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "04-chat-server/chat.h"
#include "common/bytes.h"

#define MAX_TEXT ((size_t)2 * 1024 * 1024)

const char *const entry_kind_names[ENTRY_KINDS] = {
    "message", "private", "name", "left", "hello", "here", "bye", "none"};

int entry_id_compare(struct entry_id one, struct entry_id other)
{
    if (one.milliseconds != other.milliseconds)
        return one.milliseconds < other.milliseconds ? -1 : 1;
    return one.sequence < other.sequence ? -1 : one.sequence > other.sequence;
}

/* Reads digits only: strtoull would also accept spaces and a sign. */
static bool parse_number(const char **text, uint64_t *number)
{
    const char *start = *text;
    *number = 0;
    for (; **text >= '0' && **text <= '9'; ++*text) {
        uint64_t digit = (uint64_t)(**text - '0');
        if (*number > (UINT64_MAX - digit) / 10)
            return false;
        *number = *number * 10 + digit;
    }
    return *text > start;
}

static bool is_string(const redisReply *reply)
{
    return reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS;
}

bool entry_id_parse(struct entry_id *id, const redisReply *reply)
{
    if (!is_string(reply))
        return false;
    const char *text = reply->str;
    if (!parse_number(&text, &id->milliseconds) || *text++ != '-')
        return false;
    return parse_number(&text, &id->sequence) && text == reply->str + reply->len;
}

/*
 * Fields
 */

static const redisReply *find_field(const redisReply *fields, const char *name)
{
    for (size_t i = 0; i + 1 < fields->elements; i += 2) {
        const redisReply *field = fields->element[i];
        if (is_string(field) && field->len == strlen(name) &&
            memcmp(field->str, name, field->len) == 0)
            return is_string(fields->element[i + 1]) ? fields->element[i + 1] : NULL;
    }
    return NULL;
}

/* Takes a field of valid UTF-8 without NULs, or "" if it is missing. Returns false if it is not
 * valid. */
static bool take_text(const char **text, const redisReply *fields, const char *name)
{
    const redisReply *value = find_field(fields, name);
    *text = value ? value->str : "";
    return !value || (strlen(value->str) == value->len && bytes_are_utf8(value->str, value->len));
}

static bool take_body(struct entry *entry, const redisReply *fields)
{
    const redisReply *value = find_field(fields, "text");
    entry->text = value ? value->str : "";
    entry->size = value ? value->len : 0;
    return entry->size <= MAX_TEXT && bytes_are_utf8(entry->text, entry->size);
}

/* Takes a field that is a number, or 0 if it is missing. Returns false if it is not a number. */
static bool take_number(uint64_t *number, const redisReply *fields, const char *name)
{
    const char *text;
    *number = 0;
    if (!take_text(&text, fields, name))
        return false;
    return !*text || (parse_number(&text, number) && !*text);
}

static bool take_kind(struct entry *entry, const char *kind)
{
    for (int i = 0; i < ENTRY_KINDS; i++) {
        if (strcmp(kind, entry_kind_names[i]) == 0) {
            entry->kind = (enum entry_kind)i;
            return true;
        }
    }
    return false;
}

static bool take_server(struct entry *entry, const char *server)
{
    size_t size = strlen(server);
    if (size != SERVER_ID_SIZE - 1 || strspn(server, "0123456789abcdef") != size)
        return false;
    memcpy(entry->server, server, sizeof(entry->server));
    return true;
}

/* Whether the entry has the names that its kind needs, and all its names are valid. */
static bool has_valid_names(const struct entry *entry)
{
    bool needs_name = entry->kind <= ENTRY_LEFT, needs_other = entry->kind == ENTRY_PRIVATE;
    bool is_name_of_other = entry->kind == ENTRY_PRIVATE || entry->kind == ENTRY_NAME;
    if (!room_name_is_valid(entry->room))
        return false;
    if ((needs_name || *entry->name) && !name_is_valid(entry->name))
        return false;
    if (needs_other || (is_name_of_other && *entry->other))
        return name_is_valid(entry->other);
    return true;
}

int entry_parse(struct entry *entry, struct entry_id *id, bool *has_id, const redisReply *reply)
{
    const char *kind, *server, *part;
    *entry = (struct entry){0};
    *has_id = reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 &&
              entry_id_parse(id, reply->element[0]);
    if (!*has_id || reply->element[1]->type != REDIS_REPLY_ARRAY)
        return UV_EINVAL;
    const redisReply *fields = reply->element[1];
    bool is_valid = take_text(&kind, fields, "kind") && take_kind(entry, kind) &&
                    take_text(&server, fields, "server") && take_server(entry, server) &&
                    take_number(&entry->number, fields, "number") && entry->number > 0 &&
                    take_number(&entry->after, fields, "after") && entry->after < entry->number &&
                    take_text(&entry->room, fields, "room") &&
                    take_text(&entry->name, fields, "name") &&
                    take_text(&entry->other, fields, "other") && take_body(entry, fields) &&
                    take_text(&part, fields, "part") && has_valid_names(entry);
    if (!is_valid)
        return UV_EINVAL;
    entry->is_first = strchr(part, 'f');
    entry->is_last = strchr(part, 'l');
    return 0;
}
