package outcome

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb/internal/redact"
)

// An alias stands for the name of a file where the name is not at hand: the order of
// aliases is that of the numbers of the files. It begins with a character that is not
// in a name.
const (
	aliasStart  = "\uE000"
	aliasDigits = 10
	aliasLength = len(aliasStart) + aliasDigits
)

// Alias returns the alias of the file with a number.
func Alias(number int) string { return fmt.Sprintf("%s%0*d", aliasStart, aliasDigits, number) }

// ParseAlias returns the number of the file.
func ParseAlias(alias string) (number int, ok bool) {
	digits, ok := strings.CutPrefix(alias, aliasStart)
	if !ok || len(digits) != aliasDigits {
		return 0, false
	}
	number, err := strconv.Atoi(digits)
	return number, err == nil && number >= 0
}

// ShownName returns the name that a file has in reports.
func ShownName(name string) string { return valid(redact.New(nil).Text(name)) }

// hashOfName returns the hash of the name of a file; of an alias, the number.
func hashOfName(name string) uint64 {
	if strings.HasPrefix(name, aliasStart) {
		if number, ok := ParseAlias(name); ok {
			return uint64(number)
		}
	}
	h := fnv.New64a()
	h.Write([]byte(name))
	return h.Sum64()
}

// Named returns the outcome with names in place of all aliases. The name of each number
// is given, as in reports.
func (o *Outcome) Named(names map[int]string) (*Outcome, error) {
	text, err := o.MarshalJSON()
	if err != nil {
		return nil, err
	}
	quoted := map[int][]byte{}
	hashes := map[uint64]uint64{}
	for number, name := range names {
		q, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		quoted[number] = q[1 : len(q)-1]
		hashes[uint64(number)] = hashOfName(name)
	}
	named, err := Read(replaceAliases(text, func(number int) []byte { return quoted[number] }))
	if err != nil {
		return nil, err
	}
	named.findings.rename(hashes)
	if named.base != nil {
		named.base.findings.rename(hashes)
	}
	return named, nil
}

func (s *findings) rename(hashes map[uint64]uint64) {
	for _, of := range s.byRule {
		for _, f := range of.values {
			numbers := f.Files.Hashes
			f.Files = Files{Many: f.Files.Many}
			for _, n := range numbers {
				f.Files.hash(hashes[n])
			}
		}
	}
}

// replaceAliases replaces the aliases in a text.
func replaceAliases(text []byte, name func(number int) []byte) []byte {
	var all []byte
	for {
		i := bytes.Index(text, []byte(aliasStart))
		if i < 0 || len(text) < i+aliasLength {
			return append(all, text...)
		}
		number, ok := ParseAlias(string(text[i : i+aliasLength]))
		if !ok {
			all, text = append(all, text[:i+len(aliasStart)]...), text[i+len(aliasStart):]
			continue
		}
		all, text = append(append(all, text[:i]...), name(number)...), text[i+aliasLength:]
	}
}
