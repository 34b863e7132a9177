using System.Text.Json;

namespace Inference.Cli.Commands;

/// <summary>Writes one JSON object to standard output.</summary>
internal static class JsonOutput
{
    /// <summary>Writes the object whose members the body writes.</summary>
    public static void Write(Action<Utf8JsonWriter> members)
    {
        using Stream output = Console.OpenStandardOutput();
        using (var writer = new Utf8JsonWriter(output, new() { Indented = true }))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    /// <summary>Writes an array of objects.</summary>
    public static void WriteArray<T>(this Utf8JsonWriter writer, string name, IEnumerable<T> items, Action<T> members)
    {
        writer.WriteStartArray(name);
        foreach (T item in items)
        {
            writer.WriteStartObject();
            members(item);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
