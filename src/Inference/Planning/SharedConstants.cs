using System.Collections.Concurrent;
using Inference.Kernels.Threading;

namespace Inference.Planning;

/// <summary>Things made from constants of a model (prepacked weights), once for all its plans. Thread-safe.</summary>
/// <param name="secrets">The blocks of a decrypted model, to which those of its plans are added; null for other models.</param>
/// <param name="precision">What weights may be packed in.</param>
internal sealed class SharedConstants(SecretBlocks? secrets = null, ModelPrecision precision = ModelPrecision.Float32) : IDisposable
{
    private readonly ConcurrentDictionary<(Tensor Constant, object Form), Item> _items = new();

    /// <summary>The blocks of a decrypted model; null for other models.</summary>
    public SecretBlocks? Secrets => secrets;

    /// <summary>What weights may be packed in.</summary>
    public ModelPrecision Precision => precision;

    /// <summary>What was made from a constant, or is made now; a call that finds another one making it waits as long as it may.</summary>
    /// <exception cref="OperationCanceledException">The call was cancelled while it waited.</exception>
    /// <exception cref="DeadlineExceededException">The call's time ran out while it waited.</exception>
    public T Get<T>(Tensor constant, PackedForm<T> form, Func<T> make, RunControl control)
        where T : class
    {
        while (true)
        {
            var own = new Item();
            Item item = _items.GetOrAdd((constant, form), own);
            if (item == own)
            {
                return (T)Make((constant, form), own, make);
            }

            item.Wait(control);
            if (item.Value is { } value)
            {
                return (T)value;
            }

            // The other call failed; this one tries again.
        }
    }

    public void Dispose()
    {
        foreach (Item item in _items.Values)
        {
            (item.Value as IDisposable)?.Dispose();
        }

        _items.Clear();
    }

    // Shared constants are computed for all calls: the limits of the first call do not stop the computation.
    private object Make<T>((Tensor, object) key, Item item, Func<T> make)
        where T : class
    {
        T? value = null;
        using KernelControl.Scope scope = KernelControl.Enter(null);
        try
        {
            return value = make();
        }
        finally
        {
            if (value is null)
            {
                _items.TryRemove(key, out _);
            }

            item.Complete(value);
        }
    }

    private sealed class Item
    {
        private readonly ManualResetEventSlim _done = new(false);
        private object? _value;

        public object? Value => Volatile.Read(ref _value);

        public void Complete(object? value)
        {
            Volatile.Write(ref _value, value);
            _done.Set();
        }

        public void Wait(RunControl control)
        {
            if (!_done.IsSet)
            {
                control.Wait(_done);
            }
        }
    }
}
