namespace Inference.Architecture.Tests.Rooms;

/// <summary>A type that a source file declares.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Room">The folder of the file.</param>
/// <param name="IsPublic">Whether other assemblies see it.</param>
internal sealed record WrittenType(TypeName Name, Room Room, bool IsPublic);
