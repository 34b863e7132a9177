using System.IO.MemoryMappedFiles;
using System.Text;

namespace Inference.Guard;

/// <summary>A note in a file that outlives the process that writes it: what it was doing when it died.</summary>
internal sealed class CurrentNode : IDisposable
{
    private const int Capacity = 4096;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte[] _bytes = new byte[Capacity - sizeof(int)];

    public CurrentNode(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, Capacity);
        _view = _file.CreateViewAccessor(0, Capacity);
    }

    public string Text
    {
        get
        {
            int length = Math.Clamp(_view.ReadInt32(0), 0, _bytes.Length);
            _view.ReadArray(sizeof(int), _bytes, 0, length);
            return Encoding.UTF8.GetString(_bytes, 0, length);
        }

        set
        {
            Encoding.UTF8.GetEncoder().Convert(value, _bytes, flush: true, out _, out int used, out _);
            _view.WriteArray(sizeof(int), _bytes, 0, used);
            _view.Write(0, used);
        }
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
