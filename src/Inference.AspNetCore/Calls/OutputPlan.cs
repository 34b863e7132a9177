using Inference.AspNetCore.Protocol;

namespace Inference.AspNetCore.Calls;

/// <summary>Which outputs a call answers, and in which form; made before the model runs.</summary>
internal readonly struct OutputPlan
{
    private readonly ModelInfo _info;
    private readonly List<RequestedOutput>? _requested;
    private readonly bool _binary;

    private readonly bool _rawAlone;

    private OutputPlan(ModelInfo info, List<RequestedOutput>? requested, bool binary, bool rawAlone) => (_info, _requested, _binary, _rawAlone) = (info, requested, binary, rawAlone);

    /// <summary>Plans the outputs of a request.</summary>
    /// <param name="info">The model.</param>
    /// <param name="request">The request.</param>
    /// <param name="rawAlone">Whether the transport answers raw bytes alone, as gRPC does.</param>
    /// <exception cref="RequestFault">An output is unknown, or cannot be answered in the form that is asked for.</exception>
    public static OutputPlan Of(ModelInfo info, InferRequest request, bool rawAlone)
    {
        bool binary = rawAlone || request.Parameters.BinaryOutput == true;
        var plan = new OutputPlan(info, request.Outputs, binary, rawAlone);
        if (request.Outputs is null)
        {
            if (!binary)
            {
                foreach (ModelPort port in info.Outputs)
                {
                    CheckForm(info, port.Name, port.Type.ElementType, binary: false);
                }
            }

            return plan;
        }

        foreach (RequestedOutput output in request.Outputs)
        {
            ModelPort port = Find(info, output.Name);
            if (port.Type.Kind != ModelValueKind.Tensor || (port.Type.ElementType != ElementType.Undefined && Datatypes.Name(port.Type.ElementType) is null))
            {
                RequestFault.Throw($"Model '{info.Name}', output '{output.Name}' is {port.Type}, which this protocol cannot carry. Request other outputs.");
            }

            if (output.Classes > 0)
            {
                Classification.Check(info, port, output.Classes);
            }
            else
            {
                CheckForm(info, output.Name, port.Type.ElementType, rawAlone || (output.Binary ?? binary));
            }
        }

        return plan;
    }

    /// <summary>Picks the outputs of a call.</summary>
    /// <exception cref="RequestFault">An output cannot be answered in the form that is asked for.</exception>
    public ResultTensor[] Pick(NamedValues values)
    {
        if (_requested is not null)
        {
            var chosen = new ResultTensor[_requested.Count];
            int made = 0;
            try
            {
                for (; made < chosen.Length; made++)
                {
                    RequestedOutput output = _requested[made];
                    TensorValue value = values[output.Name];
                    bool binary = _rawAlone || (output.Binary ?? _binary);
                    if (output.Classes > 0)
                    {
                        chosen[made] = new(output.Name, Classification.Of(_info, output.Name, value, output.Classes), binary, IsOwned: true);
                        continue;
                    }

                    CheckForm(_info, output.Name, value.ElementType, binary);
                    chosen[made] = new(output.Name, value, binary, IsOwned: false);
                }
            }
            catch
            {
                for (int i = 0; i < made; i++)
                {
                    if (chosen[i].IsOwned)
                    {
                        chosen[i].Value.Dispose();
                    }
                }

                throw;
            }

            return chosen;
        }

        int count = 0;
        var all = new ResultTensor[values.Count];
        for (int i = 0; i < all.Length; i++)
        {
            (string name, ModelValue value) = values.GetAt(i);
            if (value is TensorValue tensor && Datatypes.Name(tensor.ElementType) is not null)
            {
                CheckForm(_info, name, tensor.ElementType, _binary);
                all[count++] = new(name, tensor, _binary, IsOwned: false);
            }
        }

        return count == all.Length ? all : all[..count];
    }

    private static ModelPort Find(ModelInfo info, string name)
    {
        foreach (ModelPort port in info.Outputs)
        {
            if (port.Name == name)
            {
                return port;
            }
        }

        throw new RequestFault(FaultKind.InvalidArgument, $"Model '{info.Name}' has no output '{name}'; it has {string.Join(", ", info.Outputs.Take(50).Select(port => $"'{port.Name}'"))}.");
    }

    private static void CheckForm(ModelInfo info, string name, ElementType type, bool binary)
    {
        if (!binary && Datatypes.IsRawOnly(type))
        {
            RequestFault.Throw($"Model '{info.Name}', output '{name}' is {Datatypes.Name(type)}, which JSON cannot carry. Set the request's parameter 'binary_data_output' or the output's 'binary_data' to true.");
        }
    }
}
