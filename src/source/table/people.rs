//! Whether a sheet whose header nobody knows may tell of people. When in doubt it does: a list under strange headers must
//! be looked at, while instructions, lists of choices and summaries beside a real table need not be.

use crate::kernel::name;
use crate::kernel::text::fold;
use crate::model::CellKind;
use crate::plan::Source;
use crate::source::line::{CellRef, Line, identity_within};
use crate::source::table::above::squeezed;
use crate::source::table::classify::is_total;
use crate::source::table::header::{claimed, is_figure};

/// The surnames of nearly everybody, simplified; two characters for the compound ones.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭\
    陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷龙史陶贺毛段郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文施洪章洛颜倪温\
    牛庄葛樊柯殷邢欧俞聂关焦巩齐梅盛柳童尚兰左鲁季安成曲翟艾詹申耿骆游甘卫华符解毕辛舒阮纪涂柴伍单饶凌黎裴霍古祝岑席\
    管骈鲍卓全吉冷喻祁宁裘苗楚臧费连车宫房冉米景项屈路戚匡时边郎应姬栾谷简桂窦娄占牟卞农党苟封池滕郁明储司沙仇鞠晏原\
    查褚岳阳蔺麻宗闵竺官麦巫敖阎阚厉佟羊扬蒙干丛幸郜隆晋丘植盘冀初寇仲师厚但来芦练帅揭邝燕糜狄宦木危蓝湛井虞衣缪肇银\
    衡俸佘旷刁亢鄢漆晁宓闻冼荣郦邸羿闾蓬巢郗强侍候裔禹慎濮扶邬弓帕奚敬拜粟楼邰彦胥栗雍谌鄂索咸籍茅庞滑居尧修桑从续权\
    仝苑苍恽乌那展衷辜翁刀戈邴蒲招矫荆笪萨冶种卿诸阿买依卜尤代瞿隋迟凤宣奉";
const COMPOUND: [&str; 12] =
    ["欧阳", "上官", "司马", "诸葛", "尉迟", "皇甫", "令狐", "慕容", "司徒", "夏侯", "东方", "端木"];

/// Whether the lines hold an identity number or a column of personal names.
pub(in crate::source) fn tell_of_people(lines: &[Line], source: &Source) -> bool {
    let number = |line: &Line| line.cells().any(|cell| identity_within(cell.text));
    lines.iter().any(number) || (!list_fields(lines, source) && list_names(lines, source))
}

/// Whether the lines are instructions for filling in, a list of choices, or a summary of figures.
pub(in crate::source) fn beside_people(lines: &[Line], source: &Source) -> bool {
    let below = below_header(lines);
    let prose = |line: &&&Line| line.cells().any(|cell| cell.text.chars().count() >= 16);
    let cells = || below.iter().flat_map(|line| line.cells());
    let known = cells().filter(|cell| is_known(cell, source)).count();
    list_fields(lines, source)
        || below.iter().filter(prose).count() * 2 > below.len()
        || known * 2 > cells().count()
        || below.is_empty()
}

/// A column of header words, one below the other: instructions say what each is to hold.
fn list_fields(lines: &[Line], source: &Source) -> bool {
    let word = |cell: &CellRef<'_>| source.schemas.iter().any(|schema| claimed(cell.text, schema));
    columns(&below_header(lines)).into_iter().any(|cells| cells.len() >= 2 && most(&cells, &word))
}

fn list_names(lines: &[Line], source: &Source) -> bool {
    let name = |cell: &CellRef<'_>| cell.kind == CellKind::Text && is_name(cell.text) && !is_known(cell, source);
    let alone = lines.iter().all(|line| line.filled() == 1);
    // A single line may be a name by chance; beside other cells one is enough.
    let enough = |cells: &Vec<CellRef<'_>>| cells.len() >= if alone { 3 } else { 1 };
    let body: Vec<&Line> = if alone { lines.iter().skip(1).collect() } else { below_header(lines) };
    columns(&body).into_iter().any(|cells| enough(&cells) && most(&cells, &name))
}

/// The lines with several cells but for the first, which may be a header.
fn below_header(lines: &[Line]) -> Vec<&Line> {
    lines.iter().filter(|line| line.filled() >= 2).skip(1).collect()
}

fn columns<'l>(lines: &[&'l Line]) -> Vec<Vec<CellRef<'l>>> {
    let mut columns = std::collections::BTreeMap::<u32, Vec<CellRef<'l>>>::new();
    for cell in lines.iter().flat_map(|line| line.cells()) {
        columns.entry(cell.column).or_default().push(cell);
    }
    columns.into_values().collect()
}

fn most(cells: &[CellRef<'_>], fits: &dyn Fn(&CellRef<'_>) -> bool) -> bool {
    cells.iter().filter(|cell| fits(cell)).count() * 2 > cells.len()
}

/// A surname and one or two characters, or a name with a separator; notes beside it aside.
fn is_name(text: &str) -> bool {
    let name = name::fold(text);
    let count = name.chars().count();
    let han = name.chars().all(|c| matches!(c, '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}'));
    let compound = COMPOUND.iter().any(|surname| name.starts_with(surname));
    let surname = name.starts_with(|first| SURNAMES.contains(first));
    let foreign = text.contains('·') && count >= 3;
    han && (surname && (2..=3).contains(&count) || compound && (3..=4).contains(&count) || foreign)
}

/// A figure, a place, a total, a header word, or a term of some code table: no word that tells of one person.
fn is_known(cell: &CellRef<'_>, source: &Source) -> bool {
    const PLACES: [&str; 10] = ["省", "市", "县", "区", "镇", "乡", "街道", "村", "社区", "居委会"];
    let text = squeezed(cell.text);
    let fields = || source.schemas.iter().flat_map(|schema| &schema.fields);
    cell.kind != CellKind::Text
        || is_figure(&text)
        || text.chars().count() == 1
        || is_total(&text)
        || (text.chars().count() >= 3 && PLACES.iter().any(|place| text.ends_with(place)))
        || source.schemas.iter().any(|schema| claimed(&text, schema))
        || fields().filter_map(|field| field.codes.as_ref()).any(|codes| codes.by_spelling.contains_key(&fold(&text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_other_short_words() {
        for name in ["李四", "孙八（户主）", "欧阳修文", "阿依古丽·买买提", "賀冬根", "李 四"]
        {
            assert!(is_name(name), "{name}");
        }
        for word in ["必填", "残疾人", "大病", "二级", "重度残疾", "永阳镇", "2025", "有", ""] {
            assert!(!is_name(word), "{word}");
        }
    }
}
