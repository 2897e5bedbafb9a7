package ecmaregexp

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

// propertyKey is a reference to a property in a pattern: \p{name} or \P{name},
// with case ignored or not.
type propertyKey struct {
	name         string
	negate, fold bool
}

// propertySets caches the set of each propertyKey; there are several hundred.
var propertySets sync.Map

// propertySet returns the characters that match a property reference.
func propertySet(key propertyKey) (*charSet, error) {
	if set, ok := propertySets.Load(key); ok {
		return set.(*charSet), nil
	}
	set, err := findPropertySet(key.name)
	if err != nil {
		return nil, err
	}
	if key.negate {
		set = set.complement()
	}
	if key.fold {
		set = set.folded()
	}
	propertySets.Store(key, set)
	return set, nil
}

func findPropertySet(expression string) (*charSet, error) {
	name, value, hasValue := strings.Cut(expression, "=")
	if !hasValue {
		if set := categorySet(name); set != nil {
			return set, nil
		}
		if set := binarySet(name); set != nil {
			return set, nil
		}
		return nil, fmt.Errorf("%q is neither a general category nor a binary property that ECMA-262 knows", name)
	}
	switch name {
	case "General_Category", "gc":
		if set := categorySet(value); set != nil {
			return set, nil
		}
		return nil, fmt.Errorf("%q is not a general category", value)
	case "Script", "sc", "Script_Extensions", "scx":
		if set := scriptSet(value, name[len(name)-1] == 's' || name == "scx"); set != nil {
			return set, nil
		}
		return nil, fmt.Errorf("%q is not a script of Unicode %s", value, unicode.Version)
	}
	return nil, fmt.Errorf("%q is not a property with a value: these are General_Category, Script and Script_Extensions", name)
}

// categorySet returns the characters of a general category, or nil if there
// is none of this name.
func categorySet(name string) *charSet {
	if short, ok := unicode.CategoryAliases[name]; ok {
		name = short
	}
	table, ok := unicode.Categories[name]
	if !ok {
		return nil
	}
	return tableSet(table)
}

// scriptSet returns the characters of a script, or nil if there is none of
// this name.
func scriptSet(name string, extensions bool) *charSet {
	if long, ok := scriptCodes[name]; ok {
		name = long
	}
	if name == "Unknown" || name == "Zzzz" {
		return unknownScript()
	}
	table, ok := unicode.Scripts[name]
	if !ok {
		return nil
	}
	set := tableSet(table)
	if extensions {
		set = union(set, parseSet(scriptAdded[name])).without(parseSet(scriptRemoved[name]))
	}
	return set
}

// unknownScript returns the characters that have no script.
func unknownScript() *charSet {
	var tables []*unicode.RangeTable
	for _, table := range unicode.Scripts {
		tables = append(tables, table)
	}
	return tableSet(tables...).complement()
}

// parseSet reads hexadecimal characters and ranges separated by spaces.
func parseSet(text string) *charSet {
	var ranges []runeRange
	for field := range strings.FieldsSeq(text) {
		low, high, isRange := strings.Cut(field, "-")
		if !isRange {
			high = low
		}
		lo, errLow := strconv.ParseInt(low, 16, 32)
		hi, errHigh := strconv.ParseInt(high, 16, 32)
		if errLow != nil || errHigh != nil {
			panic("ecmaregexp: not a range of characters: " + field)
		}
		ranges = append(ranges, runeRange{rune(lo), rune(hi)})
	}
	return newCharSet(ranges)
}

// binaryNames maps the short names of the binary properties of ECMA-262 to the
// long ones.
var binaryNames = map[string]string{
	"AHex": "ASCII_Hex_Digit", "Alpha": "Alphabetic", "Bidi_C": "Bidi_Control", "Bidi_M": "Bidi_Mirrored",
	"CI": "Case_Ignorable", "CWCF": "Changes_When_Casefolded", "CWCM": "Changes_When_Casemapped",
	"CWKCF": "Changes_When_NFKC_Casefolded", "CWL": "Changes_When_Lowercased", "CWT": "Changes_When_Titlecased",
	"CWU": "Changes_When_Uppercased", "DI": "Default_Ignorable_Code_Point", "Dep": "Deprecated", "Dia": "Diacritic",
	"EBase": "Emoji_Modifier_Base", "EComp": "Emoji_Component", "EMod": "Emoji_Modifier", "EPres": "Emoji_Presentation",
	"Ext": "Extender", "ExtPict": "Extended_Pictographic", "Gr_Base": "Grapheme_Base", "Gr_Ext": "Grapheme_Extend",
	"Hex": "Hex_Digit", "IDC": "ID_Continue", "IDS": "ID_Start", "IDSB": "IDS_Binary_Operator",
	"IDST": "IDS_Trinary_Operator", "Ideo": "Ideographic", "Join_C": "Join_Control", "LOE": "Logical_Order_Exception",
	"Lower": "Lowercase", "NChar": "Noncharacter_Code_Point", "Pat_Syn": "Pattern_Syntax", "Pat_WS": "Pattern_White_Space",
	"QMark": "Quotation_Mark", "RI": "Regional_Indicator", "SD": "Soft_Dotted", "STerm": "Sentence_Terminal",
	"Term": "Terminal_Punctuation", "UIdeo": "Unified_Ideograph", "Upper": "Uppercase", "VS": "Variation_Selector",
	"XIDC": "XID_Continue", "XIDS": "XID_Start", "space": "White_Space",
}

// listedBinary lists the binary properties of ECMA-262 that package unicode
// has.
var listedBinary = []string{
	"ASCII_Hex_Digit", "Bidi_Control", "Dash", "Deprecated", "Diacritic", "Extender", "Hex_Digit", "IDS_Binary_Operator",
	"IDS_Trinary_Operator", "Ideographic", "Join_Control", "Logical_Order_Exception", "Noncharacter_Code_Point",
	"Pattern_Syntax", "Pattern_White_Space", "Quotation_Mark", "Radical", "Regional_Indicator", "Sentence_Terminal",
	"Soft_Dotted", "Terminal_Punctuation", "Unified_Ideograph", "Variation_Selector", "White_Space",
}

// binarySet returns the characters that have a binary property of ECMA-262,
// or nil if it has none of this name.
func binarySet(name string) *charSet {
	if long, ok := binaryNames[name]; ok {
		name = long
	}
	if data, ok := binaryData[name]; ok {
		return parseSet(data)
	}
	for _, listed := range listedBinary {
		if listed == name {
			return tableSet(unicode.Properties[name])
		}
	}
	if derive, ok := derivedBinary[name]; ok {
		return derive()
	}
	return nil
}

// derivedBinary holds the properties that the Unicode Character Database
// derives from others, in DerivedCoreProperties.txt.
var derivedBinary = map[string]func() *charSet{
	"Any":      func() *charSet { return anyChars },
	"ASCII":    func() *charSet { return newCharSet([]runeRange{{0, unicode.MaxASCII}}) },
	"Assigned": func() *charSet { return categorySet("Cn").complement() },
	"Alphabetic": func() *charSet {
		return tableSet(unicode.Lu, unicode.Ll, unicode.Lt, unicode.Lm, unicode.Lo, unicode.Nl, unicode.Other_Alphabetic)
	},
	"Lowercase": lowercase,
	"Uppercase": uppercase,
	"Cased":     func() *charSet { return union(lowercase(), uppercase(), tableSet(unicode.Lt)) },
	"Case_Ignorable": func() *charSet {
		return union(tableSet(unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk),
			parseSet("27 2E 3A B7 387 55F 5F4 2018-2019 2024 2027 FE13 FE52 FE55 FF07 FF0E FF1A")) // Word_Break of middle letters
	},
	"Math":            func() *charSet { return tableSet(unicode.Sm, unicode.Other_Math) },
	"ID_Start":        idStart,
	"ID_Continue":     idContinue,
	"XID_Start":       func() *charSet { return idStart().without(parseSet(notXIDContinue + " " + notXIDStart)) },
	"XID_Continue":    func() *charSet { return idContinue().without(parseSet(notXIDContinue)) },
	"Grapheme_Extend": graphemeExtend,
	"Grapheme_Base": func() *charSet {
		return union(categorySet("C"), tableSet(unicode.Zl, unicode.Zp), graphemeExtend()).complement()
	},
	"Default_Ignorable_Code_Point": func() *charSet {
		return tableSet(unicode.Other_Default_Ignorable_Code_Point, unicode.Cf, unicode.Variation_Selector).without(
			tableSet(unicode.White_Space, unicode.Prepended_Concatenation_Mark), parseSet("FFF9-FFFB 13430-13440"))
	},
}

func lowercase() *charSet { return tableSet(unicode.Ll, unicode.Other_Lowercase) }

func uppercase() *charSet { return tableSet(unicode.Lu, unicode.Other_Uppercase) }

func graphemeExtend() *charSet {
	return tableSet(unicode.Me, unicode.Mn, unicode.Other_Grapheme_Extend)
}

func idStart() *charSet {
	return tableSet(unicode.L, unicode.Nl, unicode.Other_ID_Start).without(
		tableSet(unicode.Pattern_Syntax, unicode.Pattern_White_Space))
}

func idContinue() *charSet {
	return union(idStart(), tableSet(unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc, unicode.Other_ID_Continue)).without(
		tableSet(unicode.Pattern_Syntax, unicode.Pattern_White_Space))
}

// The characters that normalization form KC would turn into something that is
// not an identifier: see UAX 31, 5.1.
const (
	notXIDContinue = "37A 309B-309C FC5E-FC63 FDFA-FDFB FE70 FE72 FE74 FE76 FE78 FE7A FE7C FE7E"
	notXIDStart    = "E33 EB3 FF9E-FF9F"
)

// The characters with which the name of a group may begin, and of which it may
// consist.
var (
	identifierStart    = sync.OnceValue(idStart)
	identifierContinue = sync.OnceValue(idContinue)
)
