package mock

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// caller is a client of a mock, and sets the clock of the mock.
type caller struct {
	t   require.TestingT
	now time.Time
	*Server
}

func newCaller(t require.TestingT, opt Options) *caller {
	c := &caller{t: t, now: time.Unix(1762160400, 0)}
	opt.Now = func() time.Time { return c.now }
	var err error
	c.Server, err = New(opt)
	require.NoError(t, err)
	return c
}

func (c *caller) do(method, path, contentType string, body io.Reader) (int, map[string]any, string) {
	r := httptest.NewRequest(method, path, body)
	r.Header.Set("Authorization", "Bearer sk-test")
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	var answer map[string]any
	_ = json.Unmarshal(w.Body.Bytes(), &answer)
	return w.Code, answer, w.Body.String()
}

func (c *caller) upload(content string) string {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	require.NoError(c.t, form.WriteField("purpose", "batch"))
	w, err := form.CreateFormFile("file", "in.jsonl")
	require.NoError(c.t, err)
	_, err = io.WriteString(w, content)
	require.NoError(c.t, err)
	require.NoError(c.t, form.Close())
	status, file, _ := c.do("POST", "/v1/files", form.FormDataContentType(), &b)
	require.Equal(c.t, 200, status)
	return file["id"].(string)
}

func (c *caller) create(file string) string {
	status, batch, text := c.do("POST", "/v1/batches", "application/json", strings.NewReader(
		fmt.Sprintf(`{"input_file_id":%q,"endpoint":"/v1/responses","completion_window":"24h","metadata":{"b":"1","a":"2"}}`, file)))
	require.Equal(c.t, 200, status, text)
	return batch["id"].(string)
}

const requests = `{"custom_id":"1","method":"POST","url":"/v1/responses","body":{"model":"m"}}` + "\n" +
	`{"custom_id":"2","method":"POST","url":"/v1/responses","body":{"model":"m"}}` + "\n"

func TestAnswersAsObserved(t *testing.T) {
	c := newCaller(t, Options{})
	file := c.upload(requests)
	_, _, got := c.do("GET", "/v1/batches/"+c.create(file), "", nil)
	assert.Equal(t, `{"id":"batch_00000000000000000000000000000002","object":"batch","endpoint":"/v1/responses","model":null,"errors":null,"input_file_id":"file-000000000000000000000001","completion_window":"24h","status":"validating","output_file_id":null,"error_file_id":null,"created_at":1762160400,"in_progress_at":null,"expires_at":1762246800,"finalizing_at":null,"completed_at":null,"failed_at":null,"expired_at":null,"cancelling_at":null,"cancelled_at":null,"request_counts":{"total":0,"completed":0,"failed":0},"usage":{"input_tokens":0,"output_tokens":0,"total_tokens":0,"input_tokens_details":{"cached_tokens":0},"output_tokens_details":{"reasoning_tokens":0}},"metadata":{"b":"1","a":"2"}}`, got)
}

func TestStates(t *testing.T) {
	c := newCaller(t, Options{})
	id := c.create(c.upload(requests))
	states := []string{}
	for range 80 {
		_, b, _ := c.do("GET", "/v1/batches/"+id, "", nil)
		if s := b["status"].(string); len(states) == 0 || states[len(states)-1] != s {
			states = append(states, s)
		}
		c.now = c.now.Add(time.Second)
	}
	assert.Equal(t, []string{"validating", "in_progress", "finalizing", "completed"}, states)
	_, b, _ := c.do("GET", "/v1/batches/"+id, "", nil)
	status, _, content := c.do("GET", "/v1/files/"+b["output_file_id"].(string)+"/content", "", nil)
	assert.Equal(t, 200, status)
	assert.Equal(t, 2, strings.Count(content, "\n"))
}

func TestCancel(t *testing.T) {
	for name, tc := range map[string]struct {
		after      time.Duration
		status     int
		inProgress bool
		errorFile  bool
	}{
		"at once":       {0, 200, false, false},
		"while working": {20 * time.Second, 200, true, true},
		"too late":      {2 * time.Minute, 409, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCaller(t, Options{})
			id := c.create(c.upload(requests))
			c.now = c.now.Add(tc.after)
			status, b, _ := c.do("POST", "/v1/batches/"+id+"/cancel", "", nil)
			require.Equal(t, tc.status, status)
			if status != 200 {
				assert.Equal(t, []any{"invalid_request_error", nil, nil}, []any{b["error"].(map[string]any)["type"], b["error"].(map[string]any)["param"], b["error"].(map[string]any)["code"]})
				return
			}
			assert.Equal(t, "cancelling", b["status"])
			c.now = c.now.Add(604 * time.Second)
			_, b, _ = c.do("GET", "/v1/batches/"+id, "", nil)
			assert.Equal(t, "cancelling", b["status"])
			c.now = c.now.Add(time.Second)
			status, b, _ = c.do("POST", "/v1/batches/"+id+"/cancel", "", nil)
			assert.Equal(t, 200, status)
			assert.Equal(t, "cancelled", b["status"])
			assert.Equal(t, tc.inProgress, b["in_progress_at"] != nil)
			assert.Equal(t, tc.errorFile, b["error_file_id"] != nil)
			assert.Nil(t, b["finalizing_at"])
		})
	}
}

func TestInvalidInput(t *testing.T) {
	for name, content := range map[string]string{"empty": "", "not JSON": "hello\n", "incomplete": "{}\n"} {
		t.Run(name, func(t *testing.T) {
			c := newCaller(t, Options{})
			id := c.create(c.upload(content))
			c.now = c.now.Add(10 * time.Second)
			_, b, _ := c.do("GET", "/v1/batches/"+id, "", nil)
			assert.Equal(t, "failed", b["status"])
			assert.Equal(t, "list", b["errors"].(map[string]any)["object"])
			status, _, _ := c.do("POST", "/v1/batches/"+id+"/cancel", "", nil)
			assert.Equal(t, 409, status)
		})
	}
}

// TestErrors checks that requests are refused as at OpenAI.
func TestErrors(t *testing.T) {
	c := newCaller(t, Options{})
	file := c.upload(requests)
	create := func(members string) string {
		return fmt.Sprintf(`{"input_file_id":%q,"endpoint":"/v1/responses","completion_window":"24h",%s}`, file, members)
	}
	pairs := func(n int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(`"k%d":"v"`, i))
		}
		return `"metadata":{` + strings.Join(all, ",") + `}`
	}
	for _, tc := range []struct {
		method, path, body string
		status             int
		param, code        any
	}{
		{"GET", "/v1/batches/batch_x", "", 404, nil, nil},
		{"POST", "/v1/batches/batch_x/cancel", "", 404, nil, nil},
		{"POST", "/v1/batches/x/cancel", "", 400, "batch_id", "invalid_value"},
		{"GET", "/v1/batches/x", "", 400, "batch_id", "invalid_value"},
		{"GET", "/v1/batches/batch_x%2Fcancel", "", 404, nil, nil},
		{"POST", "/v1/batches", "no", 400, nil, nil},
		{"POST", "/v1/batches", "[]", 400, nil, nil},
		{"POST", "/v1/batches", create(`"a":1`) + "{}", 400, nil, nil},
		{"POST", "/v1/batches", "{}", 400, "input_file_id", "missing_required_parameter"},
		{"POST", "/v1/batches", create(`"input_file_id":7`), 400, "input_file_id", "invalid_type"},
		{"POST", "/v1/batches", create(`"input_file_id":"file-x"`), 400, "input_file_id", "invalid_value"},
		{"POST", "/v1/batches", create(`"endpoint":null`), 400, "endpoint", "invalid_type"},
		{"POST", "/v1/batches", create(`"endpoint":""`), 400, "endpoint", "invalid_value"},
		{"POST", "/v1/batches", create(`"endpoint":"/v1/nope"`), 400, "endpoint", "invalid_value"},
		{"POST", "/v1/batches", create(`"completion_window":"25h"`), 400, "completion_window", "invalid_value"},
		{"POST", "/v1/batches", create(`"completion_window":[]`), 400, "completion_window", "invalid_type"},
		{"POST", "/v1/batches", create(`"metadata":true`), 400, "metadata", "invalid_type"},
		{"POST", "/v1/batches", create(`"metadata":{"a":1}`), 400, "metadata.a", "invalid_type"},
		{"POST", "/v1/batches", create(`"metadata":{"a":{}}`), 400, "metadata.a", "invalid_type"},
		{"POST", "/v1/batches", create(`"metadata":{"a":null}`), 400, "metadata.a", "invalid_type"},
		{"POST", "/v1/batches", create(pairs(22)), 400, "metadata", "object_above_max_properties"},
		{"POST", "/v1/batches", create(`"metadata":{"` + strings.Repeat("ü", 65) + `":""}`), 400, "metadata", "property_name_above_max_length"},
		{"POST", "/v1/batches", create(`"metadata":{"a":"` + strings.Repeat("ü", 513) + `"}`), 400, "metadata.a", "string_above_max_length"},
		{"POST", "/v1/batches", create(`"priority":1`), 400, "priority", "unknown_parameter"},
		{"POST", "/v1/batches", create(`"output_expires_after":5`), 400, "output_expires_after", "invalid_type"},
		{"POST", "/v1/batches", create(`"output_expires_after":{}`), 400, "output_expires_after.anchor", "missing_required_parameter"},
		{"POST", "/v1/batches", create(`"output_expires_after":{"anchor":"created_at"}`), 400, "output_expires_after.seconds", "missing_required_parameter"},
		{"POST", "/v1/batches", create(`"output_expires_after":{"anchor":"now","seconds":3600}`), 400, "output_expires_after.anchor", "invalid_value"},
		{"POST", "/v1/batches", create(`"output_expires_after":{"anchor":1,"seconds":3600}`), 400, "output_expires_after.anchor", "invalid_type"},
		{"POST", "/v1/batches", create(`"output_expires_after":{"anchor":"created_at","seconds":"3600"}`), 400, "output_expires_after.seconds", "invalid_type"},
		{"POST", "/v1/batches", create(`"output_expires_after":{"anchor":"created_at","seconds":3600.5}`), 400, "output_expires_after.seconds", "invalid_type"},
		{"POST", "/v1/batches", create(`"output_expires_after":{"anchor":"created_at","seconds":3599}`), 400, "output_expires_after.seconds", "integer_below_min_value"},
		{"POST", "/v1/batches", create(`"output_expires_after":{"anchor":"created_at","seconds":2592001}`), 400, "output_expires_after.seconds", "integer_above_max_value"},
		{"POST", "/v1/batches", create(`"output_expires_after":{"anchor":"created_at","seconds":3600,"a":1}`), 400, "output_expires_after.a", "unknown_parameter"},
		{"GET", "/v1/batches?limit=0", "", 400, "limit", "integer_below_min_value"},
		{"GET", "/v1/batches?limit=101", "", 400, "limit", "integer_above_max_value"},
		{"GET", "/v1/batches?limit=x", "", 400, "limit", "invalid_type"},
		{"GET", "/v1/batches?after=batch_x", "", 400, "after", "invalid_value"},
		{"GET", "/v1/files/file-x", "", 404, nil, nil},
		{"GET", "/v1/files/file-x/content", "", 404, nil, nil},
		{"POST", "/v1/files", "no", 400, "file", "invalid_value"},
		{"DELETE", "/v1/batches/batch_x", "", 405, nil, nil},
		{"BREW", "/v1/batches", "", 405, nil, nil},
		{"GET", "/v1/models", "", 404, nil, nil},
		{"GET", "/v1/batches/a/b/c", "", 404, nil, nil},
	} {
		status, answer, text := c.do(tc.method, tc.path, "application/json", strings.NewReader(tc.body))
		require.Equal(t, tc.status, status, "%s %s %s: %s", tc.method, tc.path, tc.body, text)
		fault := answer["error"].(map[string]any)
		assert.NotEmpty(t, fault["message"])
		assert.Equal(t, "invalid_request_error", fault["type"])
		assert.Equal(t, []any{tc.param, tc.code}, []any{fault["param"], fault["code"]}, "%s %s %s", tc.method, tc.path, tc.body)
	}
	for _, accepted := range []string{
		`"output_expires_after":{"anchor":"created_at","seconds":3600}`, `"output_expires_after":{"seconds":2592000,"anchor":"created_at"}`,
		`"metadata":null`, `"metadata":{}`, pairs(16), `"metadata":{"` + strings.Repeat("ü", 64) + `":"` + strings.Repeat("ü", 512) + `"}`,
	} {
		status, _, text := c.do("POST", "/v1/batches", "application/json", strings.NewReader(create(accepted)))
		assert.Equal(t, 200, status, "%s: %s", accepted, text)
	}
}

// TestContentTypes checks that a batch is created from JSON, and what is called so.
func TestContentTypes(t *testing.T) {
	c := newCaller(t, Options{})
	body := fmt.Sprintf(`{"input_file_id":%q,"endpoint":"/v1/responses","completion_window":"24h"}`, c.upload(requests))
	for kind, want := range map[string]int{
		"application/json": 200, "Application/JSON; charset=utf-8": 200,
		"text/plain": 400, "application/x-www-form-urlencoded": 400, "application/jsonl": 400, "json": 400, "application/json; =": 400,
	} {
		status, answer, text := c.do("POST", "/v1/batches", kind, strings.NewReader(body))
		assert.Equal(t, want, status, "%s: %s", kind, text)
		if want == 400 {
			assert.Equal(t, "unsupported_content_type", answer["error"].(map[string]any)["code"])
		}
	}
}

// TestMetadataIsValid checks that metadata whose text is unusual is answered
// with as valid JSON.
func TestMetadataIsValid(t *testing.T) {
	c := newCaller(t, Options{})
	_, _, text := c.do("POST", "/v1/batches", "application/json", strings.NewReader(fmt.Sprintf(
		`{"input_file_id":%q,"endpoint":"/v1/responses","completion_window":"24h","metadata":{"a":"1","b":"\ud800<","a":"\u0032"}}`, c.upload(requests))))
	assert.Contains(t, text, "\"metadata\":{\"a\":\"2\",\"b\":\"\ufffd\\u003c\"}")
}

// TestHTTP checks what RFC 9110 asks of a server.
func TestHTTP(t *testing.T) {
	c := newCaller(t, Options{})
	id := c.create(c.upload(requests))
	do := func(method, path, token string) *http.Response {
		r := httptest.NewRequest(method, path, nil)
		r.Header.Set("Authorization", token)
		w := httptest.NewRecorder()
		c.ServeHTTP(w, r)
		return w.Result()
	}
	for _, authorization := range []string{"", "Bearer", "Bearer ", "Basic dTpw", "sk-1"} {
		resp := do("GET", "/v1/batches", authorization)
		assert.Equal(t, http.StatusUnauthorized, resp.StatusCode, authorization)
		assert.Equal(t, `Bearer realm="plumb mock"`, resp.Header.Get("WWW-Authenticate"))
	}
	assert.Equal(t, http.StatusOK, do("GET", "/v1/batches", "bearer x").StatusCode)
	for path, allowed := range map[string]string{
		"/v1/batches": "GET, HEAD, POST", "/v1/batches/" + id: "GET, HEAD", "/v1/batches/" + id + "/cancel": "POST",
		"/v1/files": "POST", "/v1/files/x": "GET, HEAD",
	} {
		for _, method := range []string{"PUT", "TRACE", "OPTIONS", "PATCH"} {
			resp := do(method, path, "Bearer x")
			assert.Equal(t, http.StatusMethodNotAllowed, resp.StatusCode)
			assert.Equal(t, allowed, resp.Header.Get("Allow"))
		}
	}
	server := httptest.NewServer(c)
	defer server.Close()
	for _, path := range []string{"/v1/batches", "/v1/batches/" + id, "/v1/batches/nope"} {
		var heads []http.Header
		for _, method := range []string{"GET", "HEAD"} {
			req, err := http.NewRequest(method, server.URL+path, nil)
			require.NoError(t, err)
			req.Header.Set("Authorization", "Bearer x")
			resp, err := server.Client().Do(req)
			require.NoError(t, err)
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			assert.Equal(t, method == "GET", len(body) > 0)
			resp.Body.Close()
			heads = append(heads, resp.Header)
		}
		assert.Equal(t, heads[0], heads[1], path)
	}
	r := httptest.NewRequest("POST", "/v1/files", io.MultiReader(strings.NewReader("x"), failing{}))
	r.Header.Set("Authorization", "Bearer x")
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	assert.Equal(t, http.StatusBadRequest, w.Code)
	assert.Equal(t, "application/json", w.Header().Get("Content-Type"))
}

// failing is a body that breaks off.
type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// TestFastServerShowsEachState checks that a client sees all states in their
// order, however fast the server and however seldom the client asks, and that
// each state was entered between the answer before it and the one that shows it.
func TestFastServerShowsEachState(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCaller(t, Options{Speed: rapid.Float64Range(1.5, Fastest).Draw(t, "speed")})
		id := c.create(c.upload(requests))
		cancelIn := rapid.SampledFrom([]string{"", "validating", "in_progress", "finalizing"}).Draw(t, "cancel in")
		want := []string{"validating", "in_progress", "finalizing", "completed"}
		if i := slices.Index(want, cancelIn); i >= 0 {
			want = append(want[:i+1], "cancelling", "cancelled")
		}
		entered := map[string]string{"validating": "created_at"}
		var states []string
		before := c.time()
		for range 400 {
			_, b, _ := c.do("GET", "/v1/batches/"+id, "", nil)
			state := b["status"].(string)
			if len(states) == 0 || states[len(states)-1] != state {
				states = append(states, state)
				name := entered[state]
				if name == "" {
					name = state + "_at"
				}
				at := int64(b[name].(float64))
				assert.True(t, before <= at && at <= c.time(), "%s: %d is not from %d to %d", name, at, before, c.time())
				if state == cancelIn {
					status, b, _ := c.do("POST", "/v1/batches/"+id+"/cancel", "", nil)
					require.Equal(t, 200, status)
					require.Equal(t, "cancelling", b["status"])
					states = append(states, "cancelling")
				}
			}
			before = c.time()
			c.now = c.now.Add(time.Duration(rapid.SampledFrom([]int{1, 400, 1000, 9000, 60_000}).Draw(t, "ms")) * time.Millisecond)
			if state == want[len(want)-1] {
				break
			}
		}
		if len(states) > 0 && states[len(states)-1] == want[len(want)-1] { // it may not have come to that
			assert.Equal(t, want, states)
		} else {
			assert.Equal(t, want[:len(states)], states)
		}
	})
}

// TestFastestEndsInWindow checks that at the fastest a client which asks every second
// sees a batch end before it expires, and that none begins or ends after that.
func TestFastestEndsInWindow(t *testing.T) {
	for _, cancelIn := range []string{"", "validating", "in_progress", "finalizing"} {
		c := newCaller(t, Options{Speed: Fastest})
		id := c.create(c.upload(requests))
		last := "completed"
		if cancelIn != "" {
			last = "cancelled"
		}
		for range 20 {
			_, b, _ := c.do("GET", "/v1/batches/"+id, "", nil)
			expires := b["expires_at"].(float64)
			for _, name := range []string{"in_progress_at", "finalizing_at", "completed_at", "cancelling_at", "cancelled_at"} {
				if at, ok := b[name].(float64); ok {
					assert.LessOrEqual(t, at, expires, "%s, cancelled in %q", name, cancelIn)
				}
			}
			switch b["status"] {
			case cancelIn:
				status, _, _ := c.do("POST", "/v1/batches/"+id+"/cancel", "", nil)
				require.Equal(t, 200, status)
			case last:
				last = ""
			}
			c.now = c.now.Add(time.Second)
		}
		assert.Empty(t, last, "cancelled in %q", cancelIn)
	}
}

// TestListPages checks that the pages of a list contain every batch once, the
// newest first.
func TestListPages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCaller(t, Options{})
		n := rapid.IntRange(0, 12).Draw(t, "batches")
		limit := rapid.IntRange(1, 5).Draw(t, "limit")
		file := c.upload(requests)
		var want []string
		for range n {
			want = append([]string{c.create(file)}, want...)
		}
		var got []string
		for after := ""; ; {
			status, page, text := c.do("GET", fmt.Sprintf("/v1/batches?limit=%d&after=%s", limit, after), "", nil)
			require.Equal(t, 200, status, text)
			data := page["data"].([]any)
			assert.LessOrEqual(t, len(data), limit)
			for _, b := range data {
				got = append(got, b.(map[string]any)["id"].(string))
			}
			if page["has_more"] == false {
				break
			}
			after = page["last_id"].(string)
		}
		assert.Equal(t, want, got)
	})
}

func TestDialects(t *testing.T) {
	for _, name := range Dialects() {
		t.Run(name, func(t *testing.T) {
			c := newCaller(t, Options{Dialect: name})
			_, b, _ := c.do("GET", "/openai/batches/"+c.create(c.upload(requests))+"?api-version=1", "", nil)
			switch name {
			case "azure":
				assert.Equal(t, []any{"/responses", "", 2.0}, []any{b["endpoint"], b["output_file_id"], b["request_counts"].(map[string]any)["total"]})
			case "cerebras":
				assert.Nil(t, b["request_counts"])
				status, cancelled, _ := c.do("DELETE", "/v1/batches/"+b["id"].(string), "", nil)
				assert.Equal(t, []any{200, "cancelling"}, []any{status, cancelled["status"]})
			case "litellm-vertex":
				assert.Equal(t, []any{"24hrs", ""}, []any{b["completion_window"], b["endpoint"]})
			case "together":
				assert.Equal(t, []any{"VALIDATING", "2025-11-03T09:00:00Z", nil}, []any{b["status"], b["created_at"], b["object"]})
			case "voyage":
				assert.Equal(t, []any{"12h", "2025-11-03T21:00:00Z", nil}, []any{b["completion_window"], b["expected_completion_at"], b["expires_at"]})
			case "zhipu":
				assert.Equal(t, 1762160400000.0, b["created_at"])
			default:
				t.Error("the dialect is not tested")
			}
		})
	}
}

func TestInvalidOptions(t *testing.T) {
	_, err := New(Options{Faults: []string{"nope"}})
	assert.EqualError(t, err, `there is no fault "nope"; --fault list names them`)
	_, err = New(Options{Dialect: "nope"})
	assert.ErrorContains(t, err, `there is no dialect "nope"; the dialects are azure, cerebras`)
}

// The clock of a fast server does not overflow.
func TestFastClock(t *testing.T) {
	now := time.Date(2026, 11, 27, 0, 0, 0, 5e8, time.UTC)
	s, err := New(Options{Speed: Fastest, Now: func() time.Time { return now }})
	require.NoError(t, err)
	begin := s.time()
	assert.Equal(t, now.Unix(), begin)
	now = now.Add(72 * time.Hour)
	assert.Equal(t, begin+72*60*60*Fastest, s.time())
}
