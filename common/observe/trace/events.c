#include "common/observe/trace/events.h"

#include "common/observe/trace/json.h"
#include "common/observe/trace/rows.h"

void event_open(struct events *events, const char *phase, uint32_t row, uint64_t time)
{
    json_text(events->output, events->separator);
    json_text(events->output, "{\"ph\":\"");
    json_text(events->output, phase);
    json_text(events->output, "\",\"pid\":1,\"tid\":");
    json_number(events->output, trace_row_number(row));
    if (*phase != 'M') {
        json_text(events->output, ",\"ts\":");
        json_thousandths(events->output, time - events->start);
    }
    events->separator = ",\n";
}

void event_member(struct events *events, const char *name, const char *value)
{
    json_text(events->output, ",\"");
    json_text(events->output, name);
    json_text(events->output, "\":");
    json_string(events->output, value);
}

void event_argument(struct events *events, const char *name, uint64_t value)
{
    json_text(events->output, ",\"args\":{");
    json_string(events->output, name);
    json_text(events->output, ":");
    json_number(events->output, value);
    json_text(events->output, "}");
}

void event_close(struct events *events)
{
    json_text(events->output, "}");
}

void event_slice(struct events *events, const char *phase, uint32_t row, uint64_t time,
    const char *category, const char *name)
{
    event_open(events, phase, row, time);
    event_member(events, "cat", category);
    event_member(events, "name", name);
}

void event_arrow(
    struct events *events, const char *phase, uint32_t row, uint64_t time, uint64_t number)
{
    event_open(events, phase, row, time);
    json_text(events->output, ",\"cat\":\"wake\",\"name\":\"wake\",\"id\":");
    json_number(events->output, number);
    if (*phase == 'f')
        json_text(events->output, ",\"bp\":\"e\"");
    event_close(events);
}

void event_name_row(struct events *events, uint32_t row, const char *name)
{
    event_open(events, "M", row, 0);
    json_text(events->output, ",\"name\":\"thread_name\",\"args\":{\"name\":");
    if (row & TRACE_POOL_ROW) {
        json_text(events->output, "\"pool ");
        json_number(events->output, row & ~TRACE_POOL_ROW);
        json_text(events->output, "\"");
    } else {
        json_string(events->output, name);
    }
    json_text(events->output, "}}");
    event_open(events, "M", row, 0);
    json_text(events->output, ",\"name\":\"thread_sort_index\"");
    event_argument(events, "sort_index", trace_row_number(row));
    event_close(events);
}

void event_name_process(struct events *events, const char *name)
{
    event_open(events, "M", 0, 0);
    json_text(events->output, ",\"name\":\"process_name\",\"args\":{\"name\":");
    json_string(events->output, name);
    json_text(events->output, "}}");
}
