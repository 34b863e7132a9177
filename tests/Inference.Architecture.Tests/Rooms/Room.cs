namespace Inference.Architecture.Tests.Rooms;

/// <summary>A folder of a project.</summary>
/// <param name="Project">The project.</param>
/// <param name="Folder">The folder below it, parts joined by a dot; empty for the project's own.</param>
internal readonly record struct Room(string Project, string Folder) : IComparable<Room>
{
    /// <summary>The namespace that goes with the folder.</summary>
    public string Namespace => Folder.Length == 0 ? Project : $"{Project}.{Folder}";

    public int CompareTo(Room other) => string.CompareOrdinal(Namespace, other.Namespace);

    public override string ToString() => Namespace;
}
