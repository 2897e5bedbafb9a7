package outcome

import (
	"bytes"
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
	aliasLength = len(aliasStart) + aliasDigits + 16
)

// Alias returns the alias of the file with a number and a name.
func Alias(number int, name string) string {
	return AliasOf(number, hashOfName(ShownName(name)))
}

// AliasOf does the same for the hash of a name, which [NameHash] returns of an alias.
func AliasOf(number int, hash uint64) string {
	letters := []byte(fmt.Sprintf("%016x", hash))
	for i, c := range letters {
		if c <= '9' {
			letters[i] = 'g' + c - '0' // no digits: they could be those of a card
		}
	}
	return fmt.Sprintf("%s%0*d%s", aliasStart, aliasDigits, number, letters)
}

// ParseAlias returns the number of the file, and the hash of its name.
func ParseAlias(alias string) (number int, hash uint64, ok bool) {
	rest, ok := strings.CutPrefix(alias, aliasStart)
	if !ok || len(alias) != aliasLength {
		return 0, 0, false
	}
	number, err := strconv.Atoi(rest[:aliasDigits])
	if err != nil {
		return 0, 0, false
	}
	for _, c := range []byte(rest[aliasDigits:]) {
		switch {
		case c >= 'a' && c <= 'f':
			hash = hash<<4 | uint64(c-'a'+10)
		case c >= 'g' && c < 'g'+10:
			hash = hash<<4 | uint64(c-'g')
		default:
			return 0, 0, false
		}
	}
	return number, hash, true
}

// ShownName returns the name that a file has in reports.
func ShownName(name string) string { return valid(redact.New(nil).Text(name)) }

// hashOfName returns the hash of the name of a file, also of its alias.
func hashOfName(name string) uint64 {
	if strings.HasPrefix(name, aliasStart) {
		if _, hash, ok := ParseAlias(name); ok {
			return hash
		}
	}
	h := fnv.New64a()
	h.Write([]byte(name))
	return h.Sum64()
}

// Named replaces the aliases in a JSON text by names. The name of a number is returned
// by name as the text of a JSON string, without the quotes.
func Named(text []byte, name func(number int) []byte) []byte {
	var all []byte
	for {
		i := bytes.Index(text, []byte(aliasStart))
		if i < 0 || len(text) < i+aliasLength {
			return append(all, text...)
		}
		number, _, ok := ParseAlias(string(text[i : i+aliasLength]))
		if !ok {
			all, text = append(all, text[:i+len(aliasStart)]...), text[i+len(aliasStart):]
			continue
		}
		all, text = append(append(all, text[:i]...), name(number)...), text[i+aliasLength:]
	}
}
