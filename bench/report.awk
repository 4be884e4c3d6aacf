# bench/report.awk: tables and charts of one run of bench/run, which says what it
# reads.  Prints the text; writes results.json and results.svg into `folder`.
# `mark` is the way that all ratios are to.

function field(key,    at, rest) {
    at = index($0, "\"" key "\":")
    if (!at)
        return ""
    rest = substr($0, at + length(key) + 3)
    if (rest ~ /^"/) {
        rest = substr(rest, 2)
        return substr(rest, 1, index(rest, "\"") - 1)
    }
    sub(/[,}].*/, "", rest)
    return rest
}

function remember(list, name, count) {
    if (!(name in list))
        list[name] = ++count
    return count
}

# Marks the programs that all ways ran which ran at least half of them.
function find_common(    p, w, name, tried, ran) {
    for (p = 1; p <= programs; p++)
        if (!starts[program_name[p]])
            common[program_name[p]] = ++tried
    for (w = 1; w <= ways; w++) {
        ran = 0
        for (name in common)
            ran += (name SUBSEP way_name[w]) in cpu
        if (ran * 2 < tried)
            continue
        for (p = 1; p <= programs; p++)
            if (!((program_name[p], way_name[w]) in cpu))
                delete common[program_name[p]]
    }
}

# The geometric mean of top / bottom over the programs that both ran and that
# are not about starting; 0 if there are none.  `shared` counts them, `worst` is the
# program where the ratio is least.  Only common ones, if `all` is 0.
function mean(top, bottom, all,    p, name, sum, ratio, least) {
    shared = sum = 0
    worst = ""
    for (p = 1; p <= programs; p++) {
        name = program_name[p]
        if (starts[name] || !((name, top) in cpu) || !((name, bottom) in cpu) ||
            !(all || name in common))
            continue
        ratio = cpu[name, top] / cpu[name, bottom]
        sum += log(ratio)
        shared++
        if (worst == "" || ratio < least) {
            worst = name
            least = ratio
        }
    }
    least_ratio = least
    return shared ? exp(sum / shared) : 0
}

function repeated(letter, count,    s) {
    for (s = ""; count >= 1; count--)
        s = s letter
    return s
}

function cell(text) { return sprintf(" %15s", text) }

function escaped(s) {
    gsub(/\\/, "\\\\", s)
    gsub(/"/, "\\\"", s)
    return s
}

function as_xml(s) {
    gsub(/&/, "\\&amp;", s)
    gsub(/</, "\\&lt;", s)
    return s
}

FILENAME ~ /table$/ && !/^#/ { starts[$1] = $5 ~ /start/; next }
FILENAME ~ /table$/ { next }
FILENAME ~ /machine\.txt$/ { machine[++machine_lines] = $0; next }
FILENAME ~ /load\.txt$/ { load_after = $0; next }
{
    p = field("program")
    w = field("way")
    old = programs
    programs = remember(program_index, p, programs)
    if (programs > old)
        program_name[programs] = p
    old = ways
    ways = remember(way_index, w, ways)
    if (ways > old)
        way_name[ways] = w
    lines[++line_count] = $0
    if (field("problem") != "") {
        problem[p, w] = field("problem")
        next
    }
    cpu[p, w] = field("cpu_ms") + 0.001 # never 0
    peak[p, w] = field("peak_kib")
    spread[++spreads] = (field("most_ms") - field("least_ms")) / cpu[p, w]
    all_cpu += field("cpu_ms")
    all_wall += field("wall_ms")
}

function print_times(    p, w, name, row, value) {
    row = sprintf("\n%-16s", "CPU ms, x native")
    for (w = 1; w <= ways; w++)
        row = row cell(way_name[w])
    print row
    for (p = 1; p <= programs; p++) {
        name = program_name[p]
        row = sprintf("%-16s", name)
        for (w = 1; w <= ways; w++) {
            if (problem[name, way_name[w]] != "")
                row = row cell(problem[name, way_name[w]] ~ /else/ ? "WRONG" : "-")
            else if (!((name, way_name[w]) in cpu))
                row = row cell("")
            else if (way_name[w] == mark || !((name, mark) in cpu))
                row = row cell(sprintf("%.1f", cpu[name, way_name[w]]))
            else
                row = row cell(sprintf("%.0f %6.2fx", cpu[name, way_name[w]],
                                       cpu[name, way_name[w]] / cpu[name, mark]))
        }
        print row
    }
    row = sprintf("%-16s", "geometric mean")
    for (w = 1; w <= ways; w++) {
        value = mean(way_name[w], mark, 1)
        row = row cell(shared ? sprintf("%.2fx of %d", value, shared) : "")
    }
    print row
    row = sprintf("%-16s", "of those in all")
    for (w = 1; w <= ways; w++) {
        ratio[w] = mean(way_name[w], mark, 0)
        mean_of[w] = shared
        row = row cell(shared ? sprintf("%.2fx of %d", ratio[w], shared) : "")
    }
    print row
}

function print_peaks(    p, w, name, row) {
    row = sprintf("\n%-16s", "peak memory, KiB")
    for (w = 1; w <= ways; w++)
        row = row cell(way_name[w])
    print row
    for (p = 1; p <= programs; p++) {
        name = program_name[p]
        row = sprintf("%-16s", name)
        for (w = 1; w <= ways; w++)
            row = row cell(peak[name, way_name[w]])
        print row
    }
}

# Each of godwit's ways against each peer, on what both ran.
function print_pairs(    a, b, m) {
    print "\ngodwit against peers: geometric mean of their time / godwit's, and the worst program"
    for (a = 1; a <= ways; a++) {
        if (way_name[a] !~ /^godwit/)
            continue
        for (b = 1; b <= ways; b++) {
            if (way_name[b] ~ /^(godwit|native)/)
                continue
            m = mean(way_name[b], way_name[a], 1)
            if (shared)
                printf "%-16s %-16s %6.2f over %2d programs, least %.2f (%s)\n",
                    way_name[a], way_name[b], m, shared, least_ratio, worst
        }
    }
}

# The same source with SIMD in the guest and without.
function print_simd(    p, w, name, plain, row) {
    for (p = 1; p <= programs; p++) {
        name = program_name[p]
        plain = substr(name, 6)
        if (name !~ /^simd_/ || !(plain in program_index))
            continue
        row = ""
        for (w = 1; w <= ways; w++)
            if (way_name[w] !~ /^native/ && (name, way_name[w]) in cpu &&
                (plain, way_name[w]) in cpu)
                row = row sprintf("  %s %.2f", way_name[w],
                                  cpu[plain, way_name[w]] / cpu[name, way_name[w]])
        print "SIMD makes " plain " faster, times:" row
    }
}

function print_chart(    w, most) {
    print "\nratio to " mark ", geometric mean of what all ran (shorter is better)"
    for (w = 1; w <= ways; w++)
        most = ratio[w] > most ? ratio[w] : most
    for (w = 1; w <= ways; w++)
        if (mean_of[w])
            printf "%-16s %s %.2f\n", way_name[w],
                repeated("#", 1 + 59 * ratio[w] / most), ratio[w]
}

# How far the figures can be trusted.
function print_load(    i, j, x, share) {
    for (i = 2; i <= spreads; i++) {
        x = spread[i]
        for (j = i - 1; j > 0 && spread[j] > x; j--)
            spread[j + 1] = spread[j]
        spread[j + 1] = x
    }
    share = all_wall > 0 ? all_cpu / all_wall : 1
    trust = sprintf("load %s after the last program; children had %.0f %% of a processor; " \
        "between rounds a figure moves by %.0f %% (median; 0 with one round)", load_after,
        share * 100, spread[int((spreads + 1) / 2)] * 100)
    print "\n" trust
    loaded = share < 0.9 || spread[int((spreads + 1) / 2)] > 0.1
    if (loaded)
        print "LOADED: other programs ran on this machine at the same time; trust the ratios " \
              "only, and those to a tenth or so"
}

function write_json(file,    i) {
    print "{\"mark\":\"" mark "\",\"loaded\":" (loaded ? "true" : "false") "," > file
    print "\"trust\":\"" escaped(trust) "\",\n\"machine\":[" > file
    for (i = 1; i <= machine_lines; i++)
        print "  \"" escaped(machine[i]) "\"" (i < machine_lines ? "," : "") > file
    print "],\n\"means\":[" > file
    for (i = 1; i <= ways; i++)
        printf "  {\"way\":\"%s\",\"ratio\":%.4f,\"programs\":%d}%s\n", way_name[i],
            ratio[i], mean_of[i], i < ways ? "," : "" > file
    print "],\n\"results\":[" > file
    for (i = 1; i <= line_count; i++)
        print "  " lines[i] (i < line_count ? "," : "") > file
    print "]}" > file
    close(file)
}

function bar(file, y, label, value, scale, colour,    width) {
    width = value * scale
    printf "<text x=\"150\" y=\"%d\" text-anchor=\"end\">%s</text>" \
        "<rect x=\"156\" y=\"%d\" width=\"%.1f\" height=\"11\" fill=\"%s\"/>" \
        "<text x=\"%.1f\" y=\"%d\">%.2f</text>\n", y + 10, as_xml(label), y, width,
        colour, 160 + width, y + 10, value > file
}

# The means first, then every program with a bar for each way.
function write_svg(file,    palette, p, w, y, name, most, scale, rows, value) {
    split("#555555 #999999 #1b6ca8 #4f9bd0 #8dc1e3 #c4dff1 #d1495b #edae49 #66a182 " \
        "#8d5a97 #c08552 #5e503f #b5838d #6d6875 #84a98c #e5989b #a3b18a #bc6c25 " \
        "#457b9d #e9c46a", palette, " ")
    for (w = 1; w <= ways; w++)
        most = ratio[w] > most ? ratio[w] : most
    rows = ways
    for (p = 1; p <= programs; p++)
        for (w = 1; w <= ways; w++)
            if ((program_name[p], mark) in cpu && (program_name[p], way_name[w]) in cpu)
                rows++
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"760\" height=\"%d\" " \
        "font-family=\"sans-serif\" font-size=\"11\">\n" \
        "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n" \
        "<text x=\"20\" y=\"20\" font-size=\"14\">CPU time, times that of %s</text>\n",
        60 + rows * 14 + programs * 24, as_xml(mark) > file
    y = 30
    for (w = 1; w <= ways; w++)
        if (mean_of[w]) {
            bar(file, y, way_name[w], ratio[w], 500 / most, palette[(w - 1) % 20 + 1])
            y += 14
        }
    for (p = 1; p <= programs; p++) {
        name = program_name[p]
        if (!((name, mark) in cpu))
            continue
        y += 22
        printf "<text x=\"20\" y=\"%d\" font-weight=\"bold\">%s</text>\n", y,
            as_xml(name) > file
        y += 4
        most = 1
        for (w = 1; w <= ways; w++) {
            value = (name, way_name[w]) in cpu ? cpu[name, way_name[w]] / cpu[name, mark] : 0
            most = value > most ? value : most
        }
        for (w = 1; w <= ways; w++)
            if ((name, way_name[w]) in cpu) {
                bar(file, y, way_name[w], cpu[name, way_name[w]] / cpu[name, mark],
                    500 / most, palette[(w - 1) % 20 + 1])
                y += 14
            }
    }
    print "</svg>" > file
    close(file)
}

END {
    for (i = 1; i <= machine_lines; i++)
        print machine[i]
    find_common()
    print_times()
    print_peaks()
    print ""
    print_simd()
    print_pairs()
    print_chart()
    print_load()
    write_json(folder "/results.json")
    write_svg(folder "/results.svg")
}
