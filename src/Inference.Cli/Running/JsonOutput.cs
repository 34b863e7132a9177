using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Inference.Cli.Running;

/// <summary>Writes one JSON object to standard output.</summary>
internal static class JsonOutput
{
    /// <summary>Writes the object whose members the body writes; on one line if not <paramref name="indented"/>.</summary>
    public static void Write(Action<Utf8JsonWriter> members, bool indented = true)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(text, new() { Indented = indented }))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        Console.Out.WriteLine(Encoding.UTF8.GetString(text.WrittenSpan));
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
