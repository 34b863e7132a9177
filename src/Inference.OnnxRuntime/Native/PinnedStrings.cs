using System.Runtime.InteropServices;

namespace Inference.OnnxRuntime.Native;

/// <summary>Null-terminated UTF-8 strings whose addresses stay valid until disposal.</summary>
internal sealed unsafe class PinnedStrings(IReadOnlyList<byte[]> texts) : IDisposable
{
    private readonly GCHandle[] _handles = [.. texts.Select(static text => GCHandle.Alloc(text, GCHandleType.Pinned))];

    /// <summary>The address of text <paramref name="index"/>.</summary>
    public byte* this[int index] => (byte*)_handles[index].AddrOfPinnedObject();

    public void Dispose()
    {
        for (int i = 0; i < _handles.Length; i++)
        {
            if (_handles[i].IsAllocated)
            {
                _handles[i].Free();
            }
        }
    }
}
