-- Names of other servers as the lab tells them: streams lead to its proxies, and no resolver of the host's is asked. The
-- file "lab_names" is read at each look-up: return { ["a.example"] = { "127.0.0.1", 5269 } }
module:set_global();

local basic = require "net.resolvers.basic";
local service = require "net.resolvers.service";
local file = module:get_option_string("lab_names");

function service.new(domain, kind, transport, extra)
	local read = loadfile(file);
	local address = kind == "xmpp-server" and read and read()[domain];
	if address then return basic.new(address[1], address[2], transport, extra); end
	return { last_error = "the lab knows no such server", next = function (_, found) found(nil); end };
end
