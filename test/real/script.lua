-- A program without errors and without coroutines: Lua leaves both by setjmp,
-- which Debian's C library for WASI does not have.

local function section(name) print("== " .. name) end

section("strings")
print(#"godwit", ("godwit"):upper(), ("x"):rep(5, "-"), ("abc"):reverse())
print(("%5d|%-5d|%05d|%+d|%x|%X|%o|%c"):format(42, 42, 42, 42, 255, 255, 8, 65))
print(("%10.3f|%-10.2e|%g|%g|%a"):format(3.14159, 31415.9, 1e20, 0.1, 0.5))
print(("%q"):format("line\nand \"quotes\" \0 zero"))
print(("the quick brown fox"):gsub("(%w+) (%w+)", "%2 %1"))
print(("key=value; other = thing"):gsub("(%w+)%s*=%s*(%w+)", function(k, v)
    return v .. "<-" .. k
end))
print(("hello world"):gsub("o", { o = "0" }))
print(("  trim me  "):match("^%s*(.-)%s*$") .. "|")
print(("f(a(b)c)d"):find("%b()"))
for word, pos in ("one two  three"):gmatch("(%a+)()") do io.write(word, "@", pos, " ") end
print()
print(("THE (quick) fox"):find("%((%a+)%)"))
print(string.pack("<i4 z s1 d", -2, "abc", "de", 1.5):byte(1, -1))
print(string.unpack(">I2 i8", string.pack(">I2 i8", 65535, -1234567890123)))
print(utf8.char(72, 228, 8364, 119070), utf8.len("häß€"), #utf8.char(119070))
for p, c in utf8.codes("aé€") do io.write(p, ":", c, " ") end
print()

section("numbers")
print(1 // 0.0, -1 // 0.0, 7 // 2, -7 // 2, 7 % -3, -7 % 3, 7.5 // 2, -7.5 % 2)
print(3 | 4, 7 & 2, 5 ~ 3, ~0, 1 << 62, 1 << 63, 1 << 64, -1 >> 1)
print(math.maxinteger, math.mininteger, math.maxinteger + 1 == math.mininteger)
print(math.maxinteger // -1, math.mininteger // -1, math.mininteger % -1)
print(1e15, 1e16, 123456789012345678, 2^53, 2^63, 10 / 2, 1e100)
print(0.1, 1/3, 100.0, -0.0, 1e-5, 123.456e10, 5e-324, 1.7976931348623157e308)
print(tostring(0/0):gsub("-", ""), 1/0, -1/0)
print(math.tointeger(3.0), math.tointeger(3.5), 3 == 3.0, math.type(3), math.type(3.0))
print(tonumber("0x10"), tonumber("0x1p4"), tonumber("1e1"), tonumber("z", 36), tonumber("8", 8))
print(math.floor(-3.5), math.ceil(-3.5), math.fmod(-7, 3), math.ult(1, -1), math.abs(math.mininteger))
print(string.format("%.14g %.14g %.14g", math.sin(1), math.exp(1), math.log(10, 2)))
print(string.format("%.17g %.17g", math.sqrt(2), math.pi))
print(#tostring(12345.678), 7 .. "", 7.0 .. "", "10" + 5, "3" * "4", 10 .. 20)

section("tables")
local t = {}
for i = 1, 10 do t[i] = i * i end
print(#t, table.concat(t, ","), select("#", table.unpack(t, 2, 5)), table.unpack(t, 2, 5))
table.insert(t, 1, "first")
table.insert(t, "last")
print(table.remove(t), table.remove(t, 1), #t)
print(table.concat(table.move({ 1, 2, 3 }, 1, 3, 2), " "))
local seed = 42
local function random()
    seed = (seed * 1103515245 + 12345) % 2147483648
    return seed
end
local numbers = {}
for i = 1, 2000 do numbers[i] = random() end
table.sort(numbers)
local sorted = true
for i = 2, #numbers do sorted = sorted and numbers[i - 1] <= numbers[i] end
print(sorted, numbers[1], numbers[1000], numbers[2000])
local words = {}
for w in ("the owls of minerva spread their wings only with the falling of dusk"):gmatch("%a+") do
    words[#words + 1] = w
end
table.sort(words, function(a, b) return #a > #b or #a == #b and a < b end)
print(table.concat(words, " "))
local count, sum = 0, 0
local sparse = {}
for i = 1, 5000 do sparse["key" .. i] = i end
for i = 1, 5000, 2 do sparse["key" .. i] = nil end
for _, v in pairs(sparse) do count, sum = count + 1, sum + v end
print(count, sum, next({}), rawlen({ 1, 2 }), rawequal(t, t))

section("functions")
local function counter()
    local n = 0
    return function() n = n + 1; return n end, function() return n end
end
local step, read = counter()
step() step() step()
local other = counter()
print(step(), read(), other())
local adders = {}
for i = 1, 3 do adders[i] = function(x) return x + i end end
print(adders[1](10), adders[2](10), adders[3](10))
local function varargs(...) return select("#", ...), (select(-1, ...)) end
print(varargs(nil, nil, 3))
local function loop(n, acc) if n == 0 then return acc end return loop(n - 1, acc + n) end
print(loop(100000, 0))
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
print(fib(24))
local function ackermann(m, n)
    if m == 0 then return n + 1 end
    if n == 0 then return ackermann(m - 1, 1) end
    return ackermann(m - 1, ackermann(m, n - 1))
end
print(ackermann(2, 60))
print(pcall(function(a, b) return a + b, a * b end, 6, 7))
print(load("local a = ... ; return a * 2, _VERSION")(21))
goto done
print("never")
::done::

section("objects")
local Vector = {}
Vector.__index = Vector
Vector.__add = function(a, b) return setmetatable({ x = a.x + b.x, y = a.y + b.y }, Vector) end
Vector.__eq = function(a, b) return a.x == b.x and a.y == b.y end
Vector.__lt = function(a, b) return a.x < b.x end
Vector.__tostring = function(v) return "(" .. v.x .. ", " .. v.y .. ")" end
Vector.__len = function() return 2 end
Vector.__call = function(v, k) return v.x * k end
Vector.__concat = function(a, b) return tostring(a) .. "&" .. tostring(b) end
Vector.__close = function(v) print("closed", tostring(v)) end
local function vector(x, y) return setmetatable({ x = x, y = y }, Vector) end
local a, b = vector(1, 2), vector(3, 4.5)
print(tostring(a + b), a == vector(1, 2), a < b, #a, a(10), a .. b)
do
    local held <close> = vector(9, 9)
    local fixed <const> = 5
    print("in scope", fixed)
end
local lazy = setmetatable({}, { __index = function(tab, k)
    local v = k * k
    rawset(tab, k, v)
    return v
end, __newindex = function(tab, k, v) rawset(tab, k, v .. "!") end })
lazy.name = "set"
print(lazy[12], rawget(lazy, 12), lazy.name)

section("garbage")
local weak = setmetatable({}, { __mode = "v" })
local finalized = 0
for i = 1, 100 do
    weak[i] = setmetatable({}, { __gc = function() finalized = finalized + 1 end })
end
for _ = 1, 200 do
    local big = {}
    for i = 1, 200 do big[i] = { tostring(i) } end
end
collectgarbage()
collectgarbage()
local left = 0
for _ in pairs(weak) do left = left + 1 end
print(left, finalized, collectgarbage("count") < 4096)
collectgarbage("generational")
local chain
for i = 1, 50000 do chain = { next = i % 100 ~= 0 and chain or nil, value = i } end
print(chain.value, chain.next)
collectgarbage("incremental")

section("files")
local path = arg[1] .. "/lua.txt"
local file = io.open(path, "w")
for i = 1, 1000 do file:write(i, " ", i / 8, "\n") end
file:close()
local lines, total = 0, 0
for n, x in io.lines(path, "n", "n") do lines, total = lines + 1, total + n * x end
print(lines, total)
file = io.open(path, "r+")
print(file:seek("end"), file:seek("set", 10), file:read("l"), file:read(5), file:read("n"))
file:seek("end")
file:write("tail")
file:close()
file = io.open(path)
local all = file:read("a")
file:close()
print(#all, all:sub(-12))
print(os.rename(path, path .. ".moved"), io.open(path) == nil, os.remove(path .. ".moved"))
print((select(2, io.open(arg[1] .. "/missing"))))
print(os.time({ year = 2024, month = 2, day = 29, hour = 12 }) - os.time({ year = 2024, month = 1, day = 1, hour = 12 }))
print(os.date("!%Y-%m-%d %H:%M:%S %a %j", 1234567890), os.getenv("NOTHING"))

section("eight queens")
local solutions, size = 0, 8
local column, up, down = {}, {}, {}
local function place(row)
    if row > size then solutions = solutions + 1 return end
    for c = 1, size do
        if not (column[c] or up[row + c] or down[row - c]) then
            column[c], up[row + c], down[row - c] = true, true, true
            place(row + 1)
            column[c], up[row + c], down[row - c] = nil, nil, nil
        end
    end
end
place(1)
print(solutions)
os.exit(7, true)
