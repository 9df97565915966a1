"""The words that the synthetic sentences are made of."""

NAMES = """Mary John Anna Tom Lucy Paul Emma Jack Kate Mark Rose Peter Alice David Sarah
James Laura Simon Julia Henry Clara Oscar Nina Frank Grace Leo Ruth Adam Ella Ben Jane Max
Helen George Susan Daniel Maria Robert Linda Thomas Eva Martin Sophie Victor Diana Felix
Nora Hugo""".split()

# Capital, country, continent.
CAPITALS = [
    tuple(line.split())
    for line in """Berlin Germany Europe
Paris France Europe
Rome Italy Europe
Madrid Spain Europe
Lisbon Portugal Europe
Vienna Austria Europe
Athens Greece Europe
Dublin Ireland Europe
Oslo Norway Europe
Stockholm Sweden Europe
Copenhagen Denmark Europe
Helsinki Finland Europe
Warsaw Poland Europe
Budapest Hungary Europe
Bucharest Romania Europe
Sofia Bulgaria Europe
Brussels Belgium Europe
Bern Switzerland Europe
Moscow Russia Europe
London England Europe
Reykjavik Iceland Europe
Zagreb Croatia Europe
Cairo Egypt Africa
Nairobi Kenya Africa
Rabat Morocco Africa
Tunis Tunisia Africa
Accra Ghana Africa
Tokyo Japan Asia
Beijing China Asia
Bangkok Thailand Asia
Hanoi Vietnam Asia
Tehran Iran Asia
Baghdad Iraq Asia
Ottawa Canada America
Havana Cuba America
Lima Peru America
Santiago Chile America
Bogota Colombia America
Caracas Venezuela America
Canberra Australia Australia""".splitlines()
]

PLACES = """store park school bank beach station garden library market museum office hotel
restaurant church farm zoo theater hospital lake river""".split()

OBJECTS = """drink book ring flower letter key ball gift hat coat map pen picture ticket watch
basket bottle card lamp spoon""".split()

# What a food is known for, and its colour.
FOODS = {
    "pizza": ("cheesy", "red"),
    "pineapple": ("sweet", "yellow"),
    "cheese": ("cheesy", "yellow"),
    "lemon": ("sour", "yellow"),
    "honey": ("sweet", "golden"),
    "corn": ("corny", "yellow"),
    "pepper": ("hot", "red"),
    "tomato": ("juicy", "red"),
    "melon": ("juicy", "green"),
    "cherry": ("sweet", "red"),
    "pickle": ("sour", "green"),
    "bacon": ("salty", "brown"),
    "ham": ("salty", "pink"),
    "olive": ("salty", "green"),
    "mushroom": ("soft", "brown"),
    "onion": ("sharp", "white"),
    "garlic": ("sharp", "white"),
    "banana": ("soft", "yellow"),
    "bread": ("dry", "brown"),
    "toast": ("dry", "brown"),
    "butter": ("soft", "yellow"),
    "chocolate": ("bitter", "brown"),
    "coffee": ("bitter", "black"),
    "chicken": ("greasy", "brown"),
    "burger": ("greasy", "brown"),
    "soup": ("hot", "green"),
    "curry": ("hot", "golden"),
    "pasta": ("cheesy", "white"),
    "salad": ("fresh", "green"),
    "cucumber": ("fresh", "green"),
    "cake": ("sweet", "white"),
    "ice": ("cold", "white"),
    "milk": ("cold", "white"),
    "nut": ("nutty", "brown"),
    "peanut": ("nutty", "brown"),
}
DISHES = "pizza pasta bread toast burger salad soup cake".split()
TOPPINGS = """pineapple cheese honey corn bacon ham chicken chocolate butter garlic pepper
onion tomato cucumber banana lemon""".split()

# Singular and plural.
NOUNS = [
    tuple(pair.split("/"))
    for pair in """dog/dogs cat/cats horse/horses bird/birds boy/boys girl/girls teacher/teachers
doctor/doctors friend/friends key/keys book/books table/tables chair/chairs house/houses
tree/trees car/cars train/trains lamp/lamps door/doors window/windows cup/cups box/boxes
picture/pictures road/roads cloud/clouds star/stars""".split()
]
VERBS = [
    tuple(pair.split("/"))
    for pair in "is/are is/are is/are was/were was/were has/have looks/look seems/seem".split()
]
NEAR = "near behind beside under above".split()
QUALITIES = """red blue green old new big small clean dirty nice quiet strong heavy bright dark
warm""".split()

ACTIONS = """thanked saw called helped followed met asked hugged invited visited""".split()
LIST_WORDS = sorted(
    {n for pair in NOUNS for n in pair[:1]}
    | set(PLACES)
    | set(OBJECTS)
    | set(FOODS)
    | set(QUALITIES)
    | set("""water fire stone sun moon rain snow wind hand foot head eye hair king queen war
peace music song dance paper glass gold silver wood metal sea ship fish wolf bear mouse night
morning winter summer day year hour love fear dream plan""".split())
)
