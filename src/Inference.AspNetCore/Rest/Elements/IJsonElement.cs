using System.Text.Json;

namespace Inference.AspNetCore.Rest.Elements;

/// <summary>How an element of a type is read from JSON.</summary>
internal interface IJsonElement<T>
{
    /// <summary>What is expected, for messages.</summary>
    static abstract string Expected { get; }

    /// <summary>Reads the element on which the reader stands; false if it is something else.</summary>
    static abstract bool TryRead(ref Utf8JsonReader reader, out T value);
}
