package hostiletest

import (
	"bytes"
	"fmt"
	"strings"
)

// Body is a kind of body that takes long to check if the work grows faster than
// the size of the body.
type Body struct {
	Name string
	Make func(n int) []byte // a batch, or a list of batches, with n of the items in question
}

// Bodies are all kinds, for benchmarks: twice the n should take twice the time.
var Bodies = []Body{
	{"list of batches", func(n int) []byte {
		return list(n, func(i int) string { return batch(i) + "}" })
	}},
	{"list of batches with nulls", func(n int) []byte {
		return list(n, func(i int) string { return batch(i) + nulls + "}" })
	}},
	{"list of batches with a fault each", func(n int) []byte {
		return list(n, func(i int) string { return strings.Replace(batch(i), `"completed"`, `"paused"`, 1) + "}" })
	}},
	{"list of batches that break a rule each", func(n int) []byte {
		return list(n, func(i int) string {
			return batch(i) + `,"usage":{"input_tokens":1,"input_tokens_details":{"cached_tokens":0},"output_tokens":1,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":7}}`
		})
	}},
	{"list of batches, indented", func(n int) []byte {
		return list(n, func(i int) string { return strings.ReplaceAll(batch(i)+nulls, ",", ",\n    ") + "\n}" })
	}},
	{"list of the same batch many times", func(n int) []byte {
		return list(n, func(i int) string {
			return strings.Replace(batch(0), `"total":2`, fmt.Sprintf(`"total":%d`, 2+i%7), 1) + "}"
		})
	}},
	{"undocumented members", func(n int) []byte {
		return members(n, func(i int) string { return fmt.Sprintf(`"k%d":1`, i) })
	}},
	{"repeated members", func(n int) []byte {
		return members(n, func(int) string { return `"k":1` })
	}},
	{"members of metadata with a fault each", func(n int) []byte {
		return []byte(batch(0) + `,"metadata":{` + joined(n, func(i int) string { return fmt.Sprintf(`"k%d":1`, i) }) + "}}")
	}},
	{"elements with a fault each", func(n int) []byte {
		return []byte(batch(0) + `,"errors":{"object":"list","data":[` + joined(n, func(i int) string { return `{"code":1,"line":"x"}` }) + "]}}")
	}},
	{"undocumented members in a member with a long name", func(n int) []byte {
		return []byte(batch(0) + `,"metadata":{"` + strings.Repeat("x", 10*n) + `":{` + joined(n, func(i int) string { return fmt.Sprintf(`"k":%d`, i) }) + "}}}")
	}},
	{"undocumented members of a batch with a long id", func(n int) []byte {
		return []byte(strings.Replace(string(members(n, func(i int) string { return fmt.Sprintf(`"k%d":1`, i) })), `"batch_0"`, `"`+strings.Repeat("x", 10*n)+`"`, 1))
	}},
	{"credentials", func(n int) []byte {
		return members(n, func(i int) string {
			return fmt.Sprintf(`"k%d":{"api_key":"%032d"},"e%d":"%032d"`, i, i*7, i, i*7)
		})
	}},
	{"texts that were cut off", func(n int) []byte {
		return members(n, func(i int) string { return fmt.Sprintf(`"k%d":"sk-%020d...","m%d":"..."`, i, i, i) })
	}},
	{"text that is not Unicode", func(n int) []byte {
		return members(n, func(i int) string { return fmt.Sprintf("\"k%d\":\"\xff\xfe\"", i) })
	}},
	{"one long text", func(n int) []byte {
		return []byte(strings.Replace(batch(0), `"completed"`, `"`+strings.Repeat("x", 100*n)+`"`, 1) + "}")
	}},
	{"blanks", func(n int) []byte {
		return []byte(strings.Replace(batch(0), ":", strings.Repeat(" ", 100*n)+":", 1) + `,"k":1}`)
	}},
	{"chains of arrays", func(n int) []byte {
		return members(1+n/100, func(i int) string {
			return fmt.Sprintf(`"k%d":%s%s`, i, strings.Repeat("[", 100), strings.Repeat("]", 100))
		})
	}},
}

// batch returns a batch without its closing brace.
func batch(i int) string {
	return fmt.Sprintf(`{"id":"batch_%d","object":"batch","endpoint":"/v1/chat/completions","input_file_id":"file-1","completion_window":"24h","status":"completed",`+
		`"created_at":1741967000,"in_progress_at":1741967010,"finalizing_at":1741967020,"completed_at":1741967030,"output_file_id":"file-2","request_counts":{"total":2,"completed":2,"failed":0}`, i)
}

const nulls = `,"cancelled_at":null,"cancelling_at":null,"error_file_id":null,"errors":null,"expired_at":null,"failed_at":null,"model":null`

func list(n int, element func(i int) string) []byte {
	return []byte(`{"object":"list","has_more":false,"first_id":"batch_0","last_id":"batch_9","data":[` + joined(n, element) + "]}")
}

// members returns a batch with additional members.
func members(n int, member func(i int) string) []byte {
	return []byte(batch(0) + "," + joined(n, member) + "}")
}

func joined(n int, part func(i int) string) string {
	var b bytes.Buffer
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(part(i))
	}
	return b.String()
}
