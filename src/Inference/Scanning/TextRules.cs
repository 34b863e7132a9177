using System.Text;
using Inference.Onnx;

namespace Inference.Scanning;

/// <summary>Rules for the lengths of names and texts.</summary>
internal sealed class TextRules(ModelLimits limits, FindingList findings)
{
    // A name has some dozens of characters, a text some kilobytes; what is beyond is no name and no text, but may be harmless.
    private const int LongName = 4096;
    private const int LongText = 4 << 20;

    public void Name(string name, string what)
    {
        if (name.Length > LongName / 4)
        {
            int bytes = Encoding.UTF8.GetByteCount(name);
            if (bytes > limits.MaxNameBytes)
            {
                findings.Fatal("name-length", what, $"expected a name of at most {limits.MaxNameBytes} bytes ({nameof(ModelLimits.MaxNameBytes)}), got {bytes}.");
            }
            else if (bytes > LongName)
            {
                findings.Warn("name-length", what, $"expected a name of at most {LongName} bytes, got {bytes}.");
            }
        }
    }

    public void Text(string text, string what) => Text(text.Length > LongText / 4 ? Encoding.UTF8.GetByteCount(text) : text.Length, what);

    public void Text(long bytes, string what)
    {
        if (bytes > limits.MaxTextBytes)
        {
            findings.Fatal("text-length", what, $"expected a text of at most {limits.MaxTextBytes} bytes ({nameof(ModelLimits.MaxTextBytes)}), got {bytes}.");
        }
        else if (bytes > LongText)
        {
            findings.Warn("text-length", what, $"expected a text of at most {LongText} bytes, got {bytes}.");
        }
    }

    public void Metadata(OnnxMetadata entries, string what)
    {
        foreach (KeyValuePair<string, string> entry in entries)
        {
            Name(entry.Key, what);
            Text(entry.Value, what);
        }
    }
}
