-- Reading, printing, coroutines, errors, memory, a file, the time.
math.randomseed(os.time())
local sum = 0
for word in io.read("a"):gmatch("%S+") do
  sum = sum + math.tointeger(word)
end
local large = string.rep("x", 16 * 1024 * 1024)
assert(#large > 0 and not pcall(error, "thrown"))
local file = assert(io.open("x", "w"))
file:write(os.date("%Y"), os.clock())
file:close()
os.remove("x")
collectgarbage()
print(coroutine.wrap(function() coroutine.yield(sum) end)())
