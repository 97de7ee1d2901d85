math.randomseed(os.time())
local sum = 0
for word in io.read("a"):gmatch("%S+") do
  sum = sum + math.tointeger(word)
end
local file = assert(io.open("x", "w"))
file:write(os.date("%Y"), os.clock())
file:close()
os.remove("x")
local thread = coroutine.wrap(function() coroutine.yield(sum) end)
print(thread())
