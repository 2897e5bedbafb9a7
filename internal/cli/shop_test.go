package cli

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// shopFaults are what is wrong in fixtures/shop/faults.ndjson, by the entry, and what is
// found of it: with the description, and with its lifecycle, too, where that is something
// else. Entries that are not listed are correct.
var shopFaults = []struct {
	entry         int
	fault         string
	plain, lively string
}{
	{1, "a required member is missing", "error schema-required /total", ""},
	{2, "a state that there is not", "error schema-enum /state", ""},
	{3, "an amount as text", "error schema-type /total/amount", ""},
	{4, "null where no value may be null", "warning drift-null /address", ""},
	{5, "a member that is not described", "warning drift-undocumented-member /oven", ""},
	{6, "another member in a closed object", "error schema-additional-member /total/cents", ""},
	{7, "a currency in lower case", "error schema-pattern /total/currency", ""},
	{8, "a line without slices", "error schema-limit /lines/*/slices", ""},
	{9, "not an email address", "warning schema-format /email", ""},
	{10, "a member that is only written", "warning schema-write-only /voucher", ""},
	{11, "a required member is missing in an address", "error schema-required /address/city", ""},
	{12, "an order without lines", "error schema-limit /lines", ""},
	{13, "a value of a map that is not a text", "error schema-type /lines/*/extras/*", ""},
	{14, "a payment of a method that there is not", "error schema-discriminator /method", ""},
	{15, "a payment by card without its digits", "error schema-required /last_digits", ""},
	{16, "digits as a number", "error schema-type /last_digits", ""},
	{17, "not a date", "warning schema-format /valid_until", ""},
	{18, "a status that is not described", "warning http-status", ""},
	{19, "the server fails", "error http-status", ""},
	{20, "an error as plain JSON", "error http-media-type", ""},
	{21, "an error with the status of success in its body", "error schema-limit /status", ""},
	{22, "no body", "error http-empty-body", ""},
	{23, "a body that is not JSON", "error json-syntax", ""},
	{24, "a member twice", "error json-duplicate-key /more", ""},
	{25, "something after the body", "error json-trailing-data", ""},
	{26, "a path that is not described", "warning http-path", ""},
	{27, "a method that is not described", "warning http-operation", ""},
	{28, "a page in place of a price list", "error http-media-type", ""},
	{29, "a body of a deleted order", "warning http-status", ""},
	{30, "the list lacks a member", "error schema-required /more", ""},
	{32, "cancelled after it was collected", "", "error history-set-once /collected_at, error history-transition /state"},
	{33, "ready before it was in the oven", "", "error time-order /ready_at"},
	{34, "baking, without saying since when", "", "error state-timestamp-missing /baking_at"},
	{35, "ready, and never in the oven", "", "warning state-skipped /baking_at"},
	{36, "collected and cancelled", "", "error state-final-conflict /cancelled_at"},
	{37, "ready too early", "", "error state-timestamp-early /ready_at"},
	{39, "the total changed", "", "error history-changed /total"},
	{41, "the time in the oven changed", "", "error history-set-once /baking_at"},
	{43, "fewer reminders than before", "", "error history-decreased /reminders"},
	{44, "the total is not the sum", "", "error order-total /total/amount"},
	{45, "two currencies", "", "error order-currency /lines"},
	{46, "in the oven for too long", "", "warning time-bound /ready_at"},
	{47, "ordered tomorrow", "", "warning time-future /ordered_at"},
	{48, "half a minute ahead", "", "info time-skew /ordered_at"},
	{49, "the clock is an hour slow", "", "warning time-between-answers /ordered_at"},
	{51, "in the oven before anybody saw it waiting", "", "warning time-between-answers /baking_at"},
	{53, "another cake than that in the oven", "", "error order-lines-kept /lines"},
	{54, "not a time", "warning schema-format /ordered_at", "error time-unit /ordered_at"},
}

// All that the description of the shop forbids is found, and with the lifecycle all that
// contradicts it, at the entry where it is, and nothing else is. Nothing is found in the
// recording without faults.
func TestShop(t *testing.T) {
	const dir = fixtures + "/shop"
	for _, args := range [][]string{{"--spec", "openapi.yaml"}, {"--spec", "openapi.yaml", "--overlay", "lifecycle.yaml"}} {
		isLively := len(args) > 2
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			want := map[int][]string{}
			for _, row := range shopFaults {
				text := row.plain
				if isLively && row.lively != "" {
					text = row.lively
				}
				if text != "" {
					want[row.entry] = strings.Split(text, ", ")
				}
			}
			got := map[int][]string{}
			for _, f := range findings(t, dir, append(args, "--max-occurrences", "1000", "faults.ndjson")...).Findings {
				for _, o := range f.Occurrences {
					got[o.Entry] = append(got[o.Entry], strings.TrimSpace(f.Severity+" "+f.Rule+" "+o.Pointer))
				}
			}
			for entry := range got {
				slices.Sort(got[entry])
			}
			for _, row := range shopFaults {
				assert.Equal(t, want[row.entry], got[row.entry], "entry %d: %s", row.entry, row.fault)
				delete(got, row.entry)
			}
			assert.Empty(t, got, "in entries without a fault")
			r := findings(t, dir, append(args, "clean.ndjson")...)
			assert.Empty(t, r.Findings)
			assert.Equal(t, r.Summary.Exchanges, r.Summary.Checked)
		})
	}
}
