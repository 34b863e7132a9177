using System.Text;

namespace Inference.Architecture.Tests.Rooms;

/// <summary>Draws who uses whom as Mermaid text. Uses that follow from others are left out (transitive reduction), so that the picture can be read.</summary>
internal static class RoomPicture
{
    /// <summary>The projects.</summary>
    public static string OfProjects(RoomGraph graph) => Draw(Edges(graph, static room => room.Project));

    /// <summary>The first folders of one project.</summary>
    public static string OfProject(RoomGraph graph, string project) =>
        Draw(Edges(graph, room => room.Project == project ? First(room) : null));

    private static string First(Room room) => room.Folder.Split('.')[0] is { Length: > 0 } folder ? folder : room.Project;

    private static SortedSet<(string User, string Used)> Edges(RoomGraph graph, Func<Room, string?> name)
    {
        var edges = new SortedSet<(string User, string Used)>();
        foreach (Room user in graph.Rooms)
        {
            foreach (Room used in graph.UsedBy(user))
            {
                if (name(user) is { } from && name(used) is { } to && from != to)
                {
                    edges.Add((from, to));
                }
            }
        }

        return edges;
    }

    private static string Draw(SortedSet<(string User, string Used)> edges)
    {
        var text = new StringBuilder("```mermaid\nflowchart TD\n");
        foreach ((string user, string used) in edges.Where(edge => !IsImplied(edges, edge)))
        {
            text.Append("    ").Append(user).Append(" --> ").Append(used).Append('\n');
        }

        return text.Append("```\n").ToString();
    }

    private static bool IsImplied(SortedSet<(string User, string Used)> edges, (string User, string Used) edge)
    {
        var seen = new HashSet<string>();
        var open = new Stack<string>(edges.Where(e => e.User == edge.User && e.Used != edge.Used).Select(static e => e.Used));
        while (open.TryPop(out string? at))
        {
            if (at == edge.Used)
            {
                return true;
            }

            if (seen.Add(at))
            {
                foreach ((_, string next) in edges.Where(e => e.User == at))
                {
                    open.Push(next);
                }
            }
        }

        return false;
    }
}
