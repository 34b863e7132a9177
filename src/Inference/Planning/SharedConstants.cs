using System.Collections.Concurrent;
using Inference.Graph;
using Inference.Operators;
using Inference.Kernels.Threading;

namespace Inference.Planning;

/// <summary>Things made from constants of a model (prepacked weights), once for all its plans. Thread-safe.</summary>
internal sealed class SharedConstants : IDisposable
{
    private readonly ConcurrentDictionary<(Tensor Constant, object Form), Lazy<object>> _items = new();

    /// <summary>What was made of a constant in a form; made where it was not yet.</summary>
    public T Get<T>(Tensor constant, PackedForm<T> form, Func<T> make)
        where T : class => (T)_items.GetOrAdd((constant, form), static (_, make) => new Lazy<object>(() => Make(make)), make).Value;

    // What is shared is made for all calls: the limits of the one that comes first do not stop it.
    private static object Make<T>(Func<T> make)
        where T : class
    {
        using KernelControl.Scope scope = KernelControl.Enter(null);
        return make();
    }


    public void Dispose()
    {
        foreach (Lazy<object> item in _items.Values)
        {
            if (item.IsValueCreated)
            {
                (item.Value as IDisposable)?.Dispose();
            }
        }

        _items.Clear();
    }
}
