using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Inference.OnnxRuntime;

/// <summary>What the bytes of a model say without loading it: the digest, and whether it draws random numbers.</summary>
/// <remarks>Walks the protobuf fields that matter: model.graph, graph.node, graph.initializer, node.attribute and the graphs in attributes.</remarks>
internal sealed class ModelFacts
{
    private const int MaxDepth = 64;
    private const int MainGraphDepth = 1;
    private readonly List<(string File, long Offset, long? Length)> _external = [];

    /// <summary>SHA-256, lower-case hexadecimal, over the model's bytes and then the external data of its initializers in their order.</summary>
    public string Digest { get; private set; } = "";

    /// <summary>Whether equal inputs give equal outputs.</summary>
    public bool Deterministic { get; private set; } = true;

    /// <summary>Reads the facts of a model.</summary>
    /// <param name="model">The bytes.</param>
    /// <param name="externalDataDirectory">Where external data is; null: the model has none.</param>
    public static ModelFacts Read(ReadOnlySpan<byte> model, string? externalDataDirectory)
    {
        var facts = new ModelFacts();
        facts.Walk(model, Message.Model, 0);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(model);
        foreach ((string file, long offset, long? length) in facts._external)
        {
            string path = Path.Combine(externalDataDirectory ?? "", file);
            if (File.Exists(path))
            {
                Append(hash, path, offset, length);
            }
        }

        facts.Digest = Convert.ToHexStringLower(hash.GetHashAndReset());
        return facts;
    }

    private static void Append(IncrementalHash hash, string path, long offset, long? length)
    {
        using FileStream stream = File.OpenRead(path);
        stream.Position = offset;
        var buffer = new byte[1 << 16];
        long rest = length ?? long.MaxValue;
        while (rest > 0 && stream.Read(buffer, 0, (int)Math.Min(rest, buffer.Length)) is > 0 and var read)
        {
            hash.AppendData(buffer, 0, read);
            rest -= read;
        }
    }

    private void Walk(ReadOnlySpan<byte> bytes, Message message, int depth)
    {
        if (depth > MaxDepth)
        {
            return;
        }

        var fields = new FieldReader(bytes);
        while (fields.Next(out int number, out ReadOnlySpan<byte> content))
        {
            switch (message, number)
            {
                case (Message.Model, 7):
                case (Message.Attribute, 6 or 11):
                    Walk(content, Message.Graph, depth + 1);
                    break;
                case (Message.Graph, 1):
                    Walk(content, Message.Node, depth + 1);
                    break;
                case (Message.Graph, 5) when depth == MainGraphDepth:
                    AddExternal(content);
                    break;
                case (Message.Node, 4):
                    Deterministic &= !IsRandom(content);
                    break;
                case (Message.Node, 5):
                    Walk(content, Message.Attribute, depth + 1);
                    break;
            }
        }
    }

    private void AddExternal(ReadOnlySpan<byte> tensor)
    {
        const int ExternalData = 13;
        string file = "";
        long offset = 0;
        long? length = null;
        var fields = new FieldReader(tensor);
        while (fields.Next(out int number, out ReadOnlySpan<byte> content))
        {
            if (number != ExternalData)
            {
                continue;
            }

            (string key, string value) = ReadEntry(content);
            switch (key)
            {
                case "location":
                    file = value;
                    break;
                case "offset":
                    _ = long.TryParse(value, CultureInfo.InvariantCulture, out offset);
                    break;
                case "length":
                    length = long.TryParse(value, CultureInfo.InvariantCulture, out long parsed) ? parsed : null;
                    break;
            }
        }

        if (file.Length > 0)
        {
            _external.Add((file, offset, length));
        }
    }

    private static (string Key, string Value) ReadEntry(ReadOnlySpan<byte> entry)
    {
        string key = "";
        string value = "";
        var fields = new FieldReader(entry);
        while (fields.Next(out int number, out ReadOnlySpan<byte> content))
        {
            if (number == 1)
            {
                key = Encoding.UTF8.GetString(content);
            }
            else if (number == 2)
            {
                value = Encoding.UTF8.GetString(content);
            }
        }

        return (key, value);
    }

    private static bool IsRandom(ReadOnlySpan<byte> operatorName) =>
        operatorName.StartsWith("Random"u8) || operatorName.SequenceEqual("Multinomial"u8) || operatorName.SequenceEqual("Bernoulli"u8);

    private enum Message
    {
        Model,
        Graph,
        Node,
        Attribute,
    }
}
