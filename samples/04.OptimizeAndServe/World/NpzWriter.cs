using System.Globalization;
using System.IO.Compression;
using System.Text;
using Inference;

namespace OptimizeAndServe.World;

/// <summary>Writes tensors as a NumPy archive, a format that the tool <c>inference</c> and Python read.</summary>
internal static class NpzWriter
{
    /// <summary>Writes the archive atomically: to another file, then renamed.</summary>
    /// <param name="path">The path to write to.</param>
    /// <param name="arrays">float or int64 tensors, rows first.</param>
    public static void Write(string path, IEnumerable<(string Name, TensorValue Values)> arrays)
    {
        string temporary = path + ".new";
        using (var archive = new ZipArchive(File.Create(temporary), ZipArchiveMode.Create))
        {
            foreach ((string name, TensorValue values) in arrays)
            {
                using Stream stream = archive.CreateEntry(name + ".npy", CompressionLevel.Fastest).Open();
                stream.Write(Header(values));
                stream.Write(values.AsBytes());
            }
        }

        File.Move(temporary, path, overwrite: true);
    }

    // Magic, version 1.0 and length take 10 bytes; the whole is a multiple of 64, ended by a new line.
    private static byte[] Header(TensorValue values)
    {
        string shape = string.Concat(values.Shape.ToArray().Select(d => d.ToString(CultureInfo.InvariantCulture) + ","));
        string text = $"{{'descr': '{(values.ElementType == ElementType.Float32 ? "<f4" : "<i8")}', 'fortran_order': False, 'shape': ({shape}), }}";
        int length = (text.Length + 11 + 63) / 64 * 64 - 10;
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)length, (byte)(length >> 8), .. Encoding.ASCII.GetBytes(text.PadRight(length - 1) + "\n")];
    }
}
