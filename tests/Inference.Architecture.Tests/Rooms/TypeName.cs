namespace Inference.Architecture.Tests.Rooms;

/// <summary>A type's name.</summary>
/// <param name="Assembly">Its assembly's name.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">The name, with the number of generic parameters.</param>
internal readonly record struct TypeName(string Assembly, string Namespace, string Name);
