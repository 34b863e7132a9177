using Inference;
using OptimizeAndServe.World;

namespace OptimizeAndServe.Serving;

/// <summary>Requests as the tensors that the ranker takes, stacked along axis 0. The tensors borrow arrays that may be overwritten between calls.</summary>
internal sealed class RequestInputs : IDisposable
{
    private static readonly string[] s_names = ["user_id", "country", "age", "segment", "device", "hour"];
    private readonly long[][] _ids;
    private readonly float[] _userNumbers;
    private readonly long[] _history;
    private readonly long[] _items;
    private readonly float[] _itemNumbers;

    /// <param name="requests">At least one; all with the same number of items.</param>
    public RequestInputs(params ReadOnlySpan<ClickRequest> requests)
    {
        int count = requests.Length;
        int items = requests[0].Items.Length;
        _ids = [.. s_names.Select(_ => new long[count])];
        _userNumbers = new float[count * ClickWorld.UserNumbers];
        _history = new long[count * ClickWorld.HistoryLength];
        _items = new long[count * items];
        _itemNumbers = new float[count * items * ClickWorld.ItemNumbers];
        Values = new NamedValues(10);
        for (int i = 0; i < s_names.Length; i++)
        {
            Values.Add(s_names[i], TensorValue.Borrow<long>(_ids[i], [count]));
        }

        Values.Add("user_numbers", TensorValue.Borrow<float>(_userNumbers, [count, ClickWorld.UserNumbers]));
        Values.Add("history", TensorValue.Borrow<long>(_history, [count, ClickWorld.HistoryLength]));
        Values.Add("items", TensorValue.Borrow<long>(_items, [count, items]));
        Values.Add("item_numbers", TensorValue.Borrow<float>(_itemNumbers, [count, items, ClickWorld.ItemNumbers]));
        for (int r = 0; r < count; r++)
        {
            Write(requests[r], r);
        }
    }

    /// <summary>One tensor per input of the ranker.</summary>
    public NamedValues Values { get; }

    /// <summary>Overwrites a request; must not be called during a run.</summary>
    public void Write(ClickRequest request, int row)
    {
        long[] ids = [request.User, .. request.UserCategories, .. request.Context];
        for (int i = 0; i < ids.Length; i++)
        {
            _ids[i][row] = ids[i];
        }

        request.UserNumbers.CopyTo(_userNumbers, row * ClickWorld.UserNumbers);
        request.History.CopyTo(_history, row * ClickWorld.HistoryLength);
        request.Items.CopyTo(_items, row * request.Items.Length);
        request.Numbers.CopyTo(_itemNumbers, row * request.Numbers.Length);
    }

    public void Dispose() => Values.Dispose();
}
