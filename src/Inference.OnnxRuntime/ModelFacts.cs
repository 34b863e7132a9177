using System.Security.Cryptography;
using System.Text;

namespace Inference.OnnxRuntime;

/// <summary>What the bytes of a model say without loading it: the digest, the external data it names, whether it draws random numbers.</summary>
/// <remarks>Walks the protobuf fields that matter: model.graph, graph.node, graph.initializer, node.attribute and the graphs and tensors in attributes.</remarks>
internal sealed class ModelFacts
{
    private const int MaxDepth = 64;
    private readonly List<string> _externalFiles = [];

    /// <summary>SHA-256, lower-case hexadecimal, over the model's bytes and then each external file in order of first mention.</summary>
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
        foreach (string file in facts._externalFiles)
        {
            string path = Path.Combine(externalDataDirectory ?? "", file);
            if (File.Exists(path))
            {
                Append(hash, path);
            }
        }

        facts.Digest = Convert.ToHexStringLower(hash.GetHashAndReset());
        return facts;
    }

    private static void Append(IncrementalHash hash, string path)
    {
        using FileStream stream = File.OpenRead(path);
        var buffer = new byte[1 << 16];
        for (int read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
        {
            hash.AppendData(buffer, 0, read);
        }
    }

    private void Walk(ReadOnlySpan<byte> bytes, Message message, int depth)
    {
        if (depth > MaxDepth)
        {
            return;
        }

        string key = "";
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
                case (Message.Graph, 5):
                case (Message.Attribute, 5 or 10):
                    Walk(content, Message.Tensor, depth + 1);
                    break;
                case (Message.Node, 4):
                    Deterministic &= !IsRandom(content);
                    break;
                case (Message.Node, 5):
                    Walk(content, Message.Attribute, depth + 1);
                    break;
                case (Message.Tensor, 13):
                    Walk(content, Message.Entry, depth + 1);
                    break;
                case (Message.Entry, 1):
                    key = Encoding.UTF8.GetString(content);
                    break;
                case (Message.Entry, 2) when key == "location":
                    AddFile(Encoding.UTF8.GetString(content));
                    break;
            }
        }
    }

    private void AddFile(string file)
    {
        if (!_externalFiles.Contains(file))
        {
            _externalFiles.Add(file);
        }
    }

    private static bool IsRandom(ReadOnlySpan<byte> operatorName) =>
        operatorName.StartsWith("Random"u8) || operatorName.SequenceEqual("Multinomial"u8) || operatorName.SequenceEqual("Bernoulli"u8);

    private enum Message
    {
        Model,
        Graph,
        Node,
        Attribute,
        Tensor,
        Entry,
    }
}
