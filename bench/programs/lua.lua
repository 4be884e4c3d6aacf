-- What scripts do: calls, tables, strings, sorting.
local function fib(n) return n < 2 and n or fib(n - 1) + fib(n - 2) end

local seed = 42
local function draw(n)
    seed = (seed * 16807) % 2147483647
    return seed % n
end

local sum = fib(21)

local words = {}
for i = 1, 8000 do words[i] = ("%x-%d"):format(draw(65536), i) end
table.sort(words)
sum = sum + #table.concat(words, ",")

local counts = {}
for _, word in ipairs(words) do
    for c in word:gmatch("%x") do counts[c] = (counts[c] or 0) + 1 end
end
for c = 0, 9 do sum = sum + counts[tostring(c)] * c end

local n, grid = 60, {}
for i = 1, n do
    grid[i] = {}
    for j = 1, n do grid[i][j] = draw(10) end
end
for i = 1, n do
    for j = 1, n do
        local product = 0
        for k = 1, n do product = product + grid[i][k] * grid[k][j] end
        sum = sum + product % 7
    end
end
print(string.format("%d", sum))
