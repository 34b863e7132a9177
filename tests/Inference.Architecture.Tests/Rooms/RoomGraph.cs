namespace Inference.Architecture.Tests.Rooms;

/// <summary>Which rooms use which, over compiled types.</summary>
internal sealed class RoomGraph
{
    private readonly SortedDictionary<Room, SortedDictionary<Room, List<string>>> _uses = [];

    private RoomGraph(IEnumerable<(TypeName From, TypeName To)> uses, Dictionary<TypeName, Room> rooms)
    {
        foreach ((TypeName from, TypeName to) in uses)
        {
            if (!rooms.TryGetValue(from, out Room user) || !rooms.TryGetValue(to, out Room used) || user == used)
            {
                continue;
            }

            if (!_uses.TryGetValue(user, out SortedDictionary<Room, List<string>>? targets))
            {
                _uses.Add(user, targets = []);
            }

            if (!targets.TryGetValue(used, out List<string>? types))
            {
                targets.Add(used, types = []);
            }

            types.Add($"{from.Name} uses {to.Name}");
        }
    }

    public IEnumerable<Room> Rooms => _uses.Keys.Union(_uses.Values.SelectMany(static t => t.Keys)).Order();

    public static RoomGraph Of(IReadOnlyCollection<string> assemblies) => new(assemblies.SelectMany(UsedTypes.Of), assemblies.SelectMany(WrittenTypes.Of).ToDictionary(static type => type.Name, static type => type.Room));

    public IEnumerable<Room> UsedBy(Room room) => _uses.TryGetValue(room, out SortedDictionary<Room, List<string>>? targets) ? targets.Keys : [];

    /// <summary>The types by which one room uses another.</summary>
    public IReadOnlyList<string> Uses(Room from, Room to) => _uses.TryGetValue(from, out SortedDictionary<Room, List<string>>? targets) && targets.TryGetValue(to, out List<string>? types) ? types : [];

    /// <summary>Sets of rooms that use each other, directly or by way of others (Tarjan's strongly connected components of more than one room).</summary>
    public IReadOnlyList<IReadOnlyList<Room>> Cycles()
    {
        var index = new Dictionary<Room, int>();
        var low = new Dictionary<Room, int>();
        var open = new Stack<Room>();
        var cycles = new List<IReadOnlyList<Room>>();
        foreach (Room room in Rooms)
        {
            if (!index.ContainsKey(room))
            {
                Visit(room);
            }
        }

        return cycles;

        void Visit(Room room)
        {
            index[room] = low[room] = index.Count;
            open.Push(room);
            foreach (Room used in UsedBy(room))
            {
                if (!index.ContainsKey(used))
                {
                    Visit(used);
                    low[room] = Math.Min(low[room], low[used]);
                }
                else if (open.Contains(used))
                {
                    low[room] = Math.Min(low[room], index[used]);
                }
            }

            if (low[room] == index[room])
            {
                var component = new List<Room>();
                Room member;
                do
                {
                    component.Add(member = open.Pop());
                }
                while (member != room);
                if (component.Count > 1)
                {
                    cycles.Add([.. component.Order()]);
                }
            }
        }
    }
}
