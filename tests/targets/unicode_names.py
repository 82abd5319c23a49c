"""Wide characters, combining marks and tabs in the source itself."""


def größe(名前):
	# indented with a tab, not blanks
	länge = len(名前)	# and a tab here
	e_mark = "e\u0301 é"
	return länge


print("länge", größe("日本語"))
